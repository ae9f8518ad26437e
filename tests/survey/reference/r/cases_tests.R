# Tests of independence, of means and of ranks.

for (n in c("srs", "strat", "clus1", "clus2")) {
  d <- API[[n]]
  add <- function(name, ask, ...) case(paste(n, name), d[[1]], d[[2]], ask, ...)
  for (method in c("F", "Chisq", "Wald", "adjWald", "saddlepoint")) {
    loose <- if (method == "saddlepoint") 1e-6
    if (n != "strat") add(paste("chisq", method), ask("chisq", c("sch.wide", "stype"), method = method), tolerance = loose)
    add(paste("chisq of two categories", method), ask("chisq", c("comp.imp", if (n == "srs") "sch.wide" else "yr.rnd"), method = method), tolerance = loose)
    if (n != "strat") add(paste("chisq where", method), ask("chisq", c("awards", "stype"), method = method, where = above("api99", 550)), tolerance = loose)
  }
  add("t-test", ask("ttest", c("api00", "comp.imp")))
  add("t-test where", ask("ttest", c("enroll", "sch.wide"), where = above("api99", 550)))
  add("t-test against zero", ask("ttest", "growth"))
  for (method in c("wilcoxon", "vanderWaerden", "median", "KruskalWallis")) {
    add(paste("ranks of two groups", method), ask("ranktest", c("ell", "comp.imp"), method = method))
    add(paste("ranks of three groups", method), ask("ranktest", c("meals", "stype"), method = method))
  }
  add("ranks where", ask("ranktest", c("ell", "comp.imp"), method = "wilcoxon", where = above("api99", 550)))
  add("ranks of an incomplete variable", ask("ranktest", c("mobility", "comp.imp"), method = "wilcoxon"))
}
for (method in c("F", "Chisq", "Wald", "adjWald", "saddlepoint")) {
  loose <- if (method == "saddlepoint") 1e-6
  case(paste("nhanes chisq", method), "nhanes", nhanes, ask("chisq", c("race", "agecat"), method = method), tolerance = loose)
  case(paste("three stages chisq", method), "three_stages", three, ask("chisq", c("sex", "ill"), method = method), tolerance = loose)
}
for (method in c("F", "Chisq", "Wald")) case(paste("small chisq, missing values and zero weights", method), "small", small,
  ask("chisq", c("kind", "region"), method = method),
  caution = if (method == "Chisq") "R scales the table to all rows, with those of zero weight or a missing value; F and p do not depend on it")
case("nhanes t-test", "nhanes", nhanes, ask("ttest", c("HI_CHOL", "RIAGENDR")))
case("three stages t-test", "three_stages", three, ask("ttest", c("y", "sex")))
case("three stages ranks", "three_stages", three, ask("ranktest", c("y", "sex"), method = "wilcoxon"))
case("small t-test zero weights", "small", small, ask("ttest", c("y", "region")))
