"""The weights as they are published, read and turned into ONNX at set-up."""
