"""Label a run's volumes in napari: thin widgets over :mod:`cryoal.labelling`.

The only package that imports Qt and napari. :func:`cryoal.napari_plugin.window.open_window` opens
a window on a run folder or a bundle; ``napari -w cryoal`` adds the same widget to a napari that
is open already.
"""
