# Weights fitted to known totals: post-stratified, raked, calibrated, standardised, trimmed.

fitted <- list(
  poststratified = list(poststratify = list(by = many("stype"), totals = "totals_stype.csv")),
  poststratified_two = list(poststratify = list(by = many("stype", "sch.wide"), totals = "totals_stype_schwide.csv")),
  raked = list(rake = "margins_stype_schwide.csv"),
  linear = list(calibrate = "calibrate_margins.csv", "function" = "linear", bounds = NULL),
  linear_continuous = list(calibrate = "calibrate_stype_api99.csv", "function" = "linear", bounds = NULL),
  linear_bounded = list(calibrate = "calibrate_stype_api99.csv", "function" = "linear", bounds = many(0.6, 1.6)),
  raking = list(calibrate = "calibrate_margins.csv", "function" = "raking", bounds = NULL),
  raking_continuous = list(calibrate = "calibrate_stype_api99.csv", "function" = "raking", bounds = NULL),
  logit = list(calibrate = "calibrate_stype_api99.csv", "function" = "logit", bounds = many(0.5, 1.9)))

asked <- list(
  means = ask("mean", c("api00", "enroll")), total = ask("total", c("api.stu", "meals"), deff = TRUE),
  "by type" = ask("mean", "api00", "stype", df = "domain"), ratio = ask("ratio", c("api.stu", "api00")),
  where = ask("mean", c("api00", "ell"), where = above("growth", 30), df = "domain"),
  proportions = ask("proportion", "awards"), quantiles = ask("quantile", "api00", probs = c(0.25, 0.5, 0.75)),
  gaussian = list(statistic = "regress", formula = "api00 ~ ell + meals", family = "gaussian"),
  binomial = list(statistic = "regress", formula = "passed ~ ell", family = "binomial"))

unequal <- paste("R's rake() takes plain means over the rows of a margin from the influences, in ten rounds;",
                 "with unequal weights that is not the residual by design weight, which the cases named raking have")
for (n in c("srs", "strat", "clus1", "clus2_weighted")) for (f in names(fitted)) for (a in names(asked)) {
  if (n == "strat" && f %in% c("poststratified")) next
  if (n %in% c("clus2_weighted") && f %in% c("linear_bounded", "logit")) next
  q <- asked[[a]]
  if (n == "clus2_weighted") q$variables <- setdiff(unlist(q$variables), c("enroll"))
  if (n == "clus2_weighted" && is.null(q$formula) && !length(q$variables)) next
  if (a %in% c("quantiles", "binomial", "proportions") && f %in% c("linear_bounded", "poststratified_two")) next
  d <- API[[n]]
  # Away from the diagonal a few statistics are enough.
  if (n %in% c("srs", "clus2_weighted") && !a %in% c("means", "total", "where", "gaussian")) next
  case(paste(n, f, a), d[[1]], d[[2]], q, fitted[[f]], caution = if (f == "raked" && n %in% c("strat", "clus2_weighted")) unequal)
}
case("clus1 trimmed factors", "apiclus1", clus1, ask("mean", "api00"),
     list(calibrate = "calibrate_stype_api99.csv", "function" = "raking", bounds = NULL, g_trim = many(0.5, 2)))
for (strict in c(FALSE, TRUE)) {
  name <- if (strict) "until none is outside" else "once"
  case(paste("strat weights trimmed", name), "apistrat", strat, ask("mean", c("api00", "enroll")), list(trim = many(16, 43), strict = strict))
  case(paste("strat weights trimmed", name, "total"), "apistrat", strat, ask("total", "api.stu"), list(trim = many(16, 43), strict = strict))
  case(paste("small weights trimmed", name), "paired", paired, ask("mean", "y", "group"), list(trim = many(13, 20), strict = strict))
}
case("small poststratified with zero weights", "small", small, ask("mean", c("y", "x")), list(poststratify = list(by = many("region"), totals = "totals_small_region.csv")))
case("paired poststratified", "paired", paired, ask("mean", c("y", "x"), "group"), list(poststratify = list(by = many("sex"), totals = "totals_paired_sex.csv")))
case("paired linear", "paired", paired, ask("total", "y", "group"), list(calibrate = "calibrate_paired.csv", "function" = "linear", bounds = NULL))
case("paired raking", "paired", paired, ask("total", "y", "group"), list(calibrate = "calibrate_paired.csv", "function" = "raking", bounds = NULL))
for (by in list(NULL, "race")) {
  name <- if (is.null(by)) "all" else "by race"
  standard <- list(standardize = list(by = many("agecat"), over = if (is.null(by)) list() else many("race"), totals = "standard_ages.csv", known = many("HI_CHOL")))
  case(paste("nhanes standardised", name), "nhanes", nhanes, ask("mean", "HI_CHOL", by), standard)
}
case("nhanes standardised by race and sex", "nhanes", nhanes, ask("mean", "HI_CHOL", c("race", "RIAGENDR")),
     list(standardize = list(by = many("agecat"), over = many("race", "RIAGENDR"), totals = "standard_ages.csv", known = many("HI_CHOL"))))
for (method in c("logit", "beta", "mean", "xlogit")) case(paste("clus1 poststratified ciprop", method), "apiclus1", clus1,
  ask("ciprop", "awards", category = "Yes", method = method), fitted$poststratified, tolerance = if (method == "logit") 1e-8)
case("clus1 raking chisq", "apiclus1", clus1, ask("chisq", c("comp.imp", "yr.rnd"), method = "F"), fitted$raking)
case("clus1 linear t-test", "apiclus1", clus1, ask("ttest", c("api00", "comp.imp")), fitted$linear)
case("clus1 linear ranks", "apiclus1", clus1, ask("ranktest", c("ell", "comp.imp"), method = "wilcoxon"), fitted$linear)
case("three stages linear", "three_stages", three, ask("total", "y"), list(calibrate = "calibrate_three.csv", "function" = "linear", bounds = NULL))
case("three stages poststratified", "three_stages", three, ask("mean", "y"), list(poststratify = list(by = many("sex"), totals = "totals_three_sex.csv")))
