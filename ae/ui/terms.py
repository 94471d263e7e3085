"""Terms of statistics that several pages use, explained where they stand, in one sentence each."""

INTERVAL = (
    "A 95 % confidence interval shows how sure a mean is: of intervals that are computed in this "
    "way from other digits, 95 in 100 contain the true mean."
)
PCA = (
    "**PCA** (principal component analysis) writes a picture as a sum of fixed pictures, the "
    "components: those that describe the training digits best. With few components it keeps what "
    "digits have in common, and loses noise."
)
COVARIANCE = "covariance (how far each latent value varies, and which ones vary together)"
QUANTILES = "between two neighbouring places lies always the same share of the distribution"
OF_THE_MEDIAN = "(the median: half of the distances are shorter)"
