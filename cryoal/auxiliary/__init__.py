"""Networks that strategies train beside the task model, for volumes and images alike."""

from cryoal.auxiliary.adversarial_encoder import AdversarialEncoder
from cryoal.auxiliary.convolutional_discriminator import ConvolutionalDiscriminator
from cryoal.auxiliary.feature_taps import FeatureTaps, Tap, find_taps
from cryoal.auxiliary.graph import SimilarityGraph
from cryoal.auxiliary.graph_network import GraphNetwork
from cryoal.auxiliary.latent_discriminator import LatentDiscriminator
from cryoal.auxiliary.loss_prediction import LossPrediction, ranking_loss
from cryoal.auxiliary.seeded import seeded
from cryoal.auxiliary.student import Student
from cryoal.auxiliary.variational_autoencoder import Latent, VariationalAutoencoder, negative_elbo

__all__ = [
    "AdversarialEncoder",
    "ConvolutionalDiscriminator",
    "FeatureTaps",
    "GraphNetwork",
    "Latent",
    "LatentDiscriminator",
    "LossPrediction",
    "SimilarityGraph",
    "Student",
    "Tap",
    "VariationalAutoencoder",
    "find_taps",
    "negative_elbo",
    "ranking_loss",
    "seeded",
]
