"""Why gradient norms choose what they choose: the analyses of Wang et al., AAAI 2022."""
