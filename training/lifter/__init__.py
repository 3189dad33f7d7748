"""Training of the temporal lifter: synthetic deliveries, cameras, the network's error patterns, the loop.

Run ``python -m training.lifter.train --out shadow_trainer/pose/motion/data/lifter.safetensors``.
"""
