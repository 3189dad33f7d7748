"""The networks as they are published, read and turned into ONNX: at set-up alone, never in a running worker."""
