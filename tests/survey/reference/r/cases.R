# What the files of cases share: how a case is added, and the designs that many of them use.

CASES <- list()

case <- function(name, data, design, ask, weights = NULL, ...) {
  for (key in c("variables", "by", "probs")) if (!is.null(ask[[key]])) ask[[key]] <- many(ask[[key]])
  if (name %in% vapply(CASES, function(c) c$name, "")) stop("two cases are named ", name)
  CASES[[length(CASES) + 1]] <<- list(name = name, data = paste0(data, ".csv"), design = design, weights = weights, ask = ask, ...)
}

ask <- function(statistic, variables, by = NULL, ...) c(list(statistic = statistic, variables = variables), if (!is.null(by)) list(by = by), list(...))
above <- function(column, value) list(column = column, op = ">", value = value)
equal <- function(column, value) list(column = column, op = "==", value = value)

srs <- plan(weights = "pw", fpc = "fpc")
strat <- plan(weights = "pw", strata = "stype", fpc = "fpc")
clus1 <- plan(weights = "pw", psu = "dnum", fpc = "fpc")
clus2 <- plan(psu = c("dnum", "snum"), fpc = c("fpc1", "fpc2"))
clus2_weighted <- plan(weights = "pw", psu = c("dnum", "snum"), fpc = c("fpc1", "fpc2"))
clus2_first <- plan(weights = "pw", psu = c("dnum", "snum"))
hospital <- plan(weights = "weighta", strata = "oblevel", fpc = "tothosp")
mu284 <- plan(psu = c("id1", "id2"), fpc = c("n1", "n2"))
crowd <- plan(weights = "weight", strata = "stratum", psu = "cluster")
fpc_counts <- plan(weights = "weight", strata = "stratid", psu = "psuid", fpc = "Nh")
fpc_shares <- plan(strata = "stratid", psu = "psuid", fpc = "share")
nhanes <- plan(weights = "WTMEC2YR", strata = "SDMVSTRA", psu = "SDMVPSU")
yrbs <- plan(weights = "weight", strata = "stratum", psu = "psu")
small <- plan(weights = "w", strata = "stratum", psu = "psu")
small_fpc <- plan(weights = "w", strata = "stratum", psu = "psu", fpc = "N")
three <- plan(strata = "stratum", psu = c("village", "household", "person"), fpc = c("villages", "households", "persons"))
three_two <- plan(weights = "w", strata = "stratum", psu = c("village", "household"), fpc = c("villages", "households"))
three_one <- plan(weights = "w", strata = "stratum", psu = "village", fpc = "villages")
three_none <- plan(weights = "w", strata = "stratum", psu = c("village", "household", "person"))
paired <- plan(weights = "w", strata = "stratum", psu = "psu")

API <- list(srs = list("apisrs", srs), strat = list("apistrat", strat), clus1 = list("apiclus1", clus1),
            clus2 = list("apiclus2", clus2), clus2_weighted = list("apiclus2", clus2_weighted),
            clus2_first = list("apiclus2", clus2_first))
SMALL <- list(small = list("small", small), small_fpc = list("small", small_fpc))
