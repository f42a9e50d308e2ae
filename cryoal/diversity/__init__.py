"""Choosing points that differ: of points and distances only, nothing of models or strategies."""

from cryoal.diversity.clusters import k_means_clusters
from cryoal.diversity.dense_rows import DenseRows
from cryoal.diversity.distances import (
    count_within,
    mean_neighbour_distances,
    nearest_squared_distances,
    squared_distance_blocks,
)
from cryoal.diversity.factored_rows import FactoredRows
from cryoal.diversity.k_center import k_center_greedy
from cryoal.diversity.k_means_plus_plus import k_means_plus_plus
from cryoal.diversity.nearest_taken import NearestTaken
from cryoal.diversity.rows import Rows
from cryoal.diversity.turns import balanced_turns
from cryoal.diversity.weighted_rows import WeightedRows

__all__ = [
    "DenseRows",
    "FactoredRows",
    "NearestTaken",
    "Rows",
    "WeightedRows",
    "balanced_turns",
    "count_within",
    "k_center_greedy",
    "k_means_clusters",
    "k_means_plus_plus",
    "mean_neighbour_distances",
    "nearest_squared_distances",
    "squared_distance_blocks",
]
