"""Pools of images: the benchmarks that active learning is judged on, and folders of one's own."""

from cryoal.pools.images.image_pool import ImagePool
from cryoal.pools.images.opening import open_images
from cryoal.pools.images.segmentation_pool import SegmentationPool

__all__ = ["ImagePool", "SegmentationPool", "open_images"]
