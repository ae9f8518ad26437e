# Replicate weights read from columns, of every type.

kinds <- list(
  brr = replicates("brr*", "BRR"), brr_estimate = replicates("brr*", "BRR", center = "estimate"),
  fay = replicates("fay*", "Fay", rho = 0.3), fay_estimate = replicates("fay*", "Fay", rho = 0.3, center = "estimate"),
  jkn = replicates("jkn*", "JKn", rscales = rep(0.5, 12)), jkn_estimate = replicates("jkn*", "JKn", rscales = rep(0.5, 12), center = "estimate"),
  bootstrap = replicates("boot*", "bootstrap"), bootstrap_scaled = replicates("boot*", "bootstrap", scale = 1 / 30, center = "estimate"),
  bootstrap_factors = replicates("factor*", "bootstrap", factors = TRUE),
  sdr = replicates("sdr*", "SDR"), sdr_estimate = replicates("sdr*", "SDR", center = "estimate"),
  jk1_of_paired = replicates("jkn*", "JK1", scale = 0.9, rscales = seq(0.5, 1.05, by = 0.05)))
questions <- list(
  means = ask("mean", c("y", "x"), deff = TRUE), total = ask("total", c("y", "some"), deff = "replace"), ratio = ask("ratio", c("y", "x")),
  "by group" = ask("mean", "y", "group", df = "domain"), proportions = ask("proportion", "group"),
  quantiles = ask("quantile", c("y", "x"), probs = c(0.25, 0.5, 0.9)),
  where = ask("mean", "y", where = above("x", 7), df = "domain"), variances = ask("variance", c("y", "x")),
  gaussian = list(statistic = "regress", formula = "y ~ x + sex", family = "gaussian"),
  binomial = list(statistic = "regress", formula = "some ~ x", family = "binomial"))
for (k in names(kinds)) for (q in names(questions)) {
  if (grepl("scaled|of_paired", k) && q %in% c("quantiles", "binomial", "proportions")) next
  case(paste(k, q), "paired", plan(weights = "w", replicates = kinds[[k]]), questions[[q]])
}
boot <- plan(weights = "w", replicates = kinds$bootstrap)
brr <- plan(weights = "w", replicates = kinds$brr)
more <- list(
  "mean with missing values" = ask("mean", "gap"), "contrast" = ask("contrast", "y", "group", of = "mean", contrasts = list(list(u = 1, v = -1))),
  "t-test" = ask("ttest", c("y", "sex")), "t-test against zero" = ask("ttest", "y"), "ranks" = ask("ranktest", c("y", "sex"), method = "wilcoxon"),
  "correlation" = ask("correlation", c("y", "x")), "poisson" = list(statistic = "regress", formula = "y ~ x", family = "poisson"),
  "quantiles hf7" = ask("quantile", "y", probs = c(0.25, 0.5), rule = "hf7"), "ratio by sex" = ask("ratio", c("y", "x"), "sex", df = "domain"),
  "total by two" = ask("total", "y", c("group", "sex")))
for (m in names(more)) for (k in c("brr", "boot")) case(paste(k, "also", m), "paired", get(k), more[[m]])
for (method in c("F", "Chisq", "Wald", "adjWald", "saddlepoint")) case(paste("bootstrap chisq", method), "paired", boot,
  ask("chisq", c("sex", "group"), method = method), tolerance = if (method == "saddlepoint") 1e-6)
for (method in c("logit", "beta", "mean", "xlogit", "asin")) case(paste("brr ciprop", method), "paired", brr,
  ask("ciprop", "some", category = 1, method = method), tolerance = if (method == "logit") 1e-8)
for (k in c("brr", "boot")) {
  d <- get(k)
  q <- ask("mean", c("y", "x"))
  case(paste(k, "poststratified"), "paired", d, q, list(poststratify = list(by = many("sex"), totals = "totals_paired_sex.csv")))
  case(paste(k, "raked"), "paired", d, q, list(rake = "margins_paired.csv"))
  case(paste(k, "linear"), "paired", d, q, list(calibrate = "calibrate_paired.csv", "function" = "linear", bounds = NULL))
  case(paste(k, "raking"), "paired", d, q, list(calibrate = "calibrate_paired.csv", "function" = "raking", bounds = NULL))
  case(paste(k, "raking regression"), "paired", d, list(statistic = "regress", formula = "y ~ x", family = "gaussian"),
       list(calibrate = "calibrate_paired.csv", "function" = "raking", bounds = NULL))
}
scd <- plan(weights = "one", replicates = replicates("rep*", "BRR", factors = TRUE))
case("scd ratio", "scd", scd, ask("ratio", c("alive", "arrests")))
case("scd total", "scd", scd, ask("total", c("alive", "arrests")))
case("scd mean by ESA", "scd", scd, ask("mean", "alive", "ESA"))
jk1 <- plan(weights = "pw", replicates = replicates("jk*", "JK1"))
jk1_fpc <- plan(weights = "pw", replicates = replicates("jk*", "JK1", scale = 14 / 15 * (1 - 15 / 757)))
for (k in c("jk1", "jk1_fpc")) {
  d <- get(k)
  case(paste(k, "means"), "apiclus1_jk1", d, ask("mean", c("api00", "enroll"), deff = TRUE))
  case(paste(k, "total"), "apiclus1_jk1", d, ask("total", "api.stu"))
  case(paste(k, "by type"), "apiclus1_jk1", d, ask("mean", "api00", "stype", df = "domain"))
  case(paste(k, "where"), "apiclus1_jk1", d, ask("mean", "api00", where = above("growth", 30), df = "domain"))
  case(paste(k, "ratio"), "apiclus1_jk1", d, ask("ratio", c("api.stu", "enroll"), df = "inf"))
  case(paste(k, "regression"), "apiclus1_jk1", d, list(statistic = "regress", formula = "api00 ~ ell + meals", family = "gaussian"))
  case(paste(k, "regression binomial"), "apiclus1_jk1", d, list(statistic = "regress", formula = "passed ~ ell", family = "binomial"))
}
