# The data of the cases: taken from the survey package, or written down here.

say_api <- function(table, more) {
  keep <- c("stype", "dnum", "snum", "api00", "api99", "growth", "sch.wide", "comp.imp", "awards", "meals", "ell",
            "yr.rnd", "mobility", "acs.k3", "avg.ed", "full", "emer", "enroll", "api.stu", more)
  table <- table[keep]
  table$passed <- as.integer(table$sch.wide == "Yes")
  rownames(table) <- NULL
  table
}

# The share of a half: 0, 1, ... spread by a fixed rule, so that nothing depends on a random generator.
spread <- function(n, step, modulus) (seq_len(n) * step) %% modulus

written_small <- function() {
  n <- 36
  small <- data.frame(stratum = rep(c("a", "b", "c"), each = 12), psu = rep(rep(1:4, each = 3), 3))
  small$w <- c(3, 5, 2.5, 7, 1.25, 4)[spread(n, 5, 6) + 1]
  small$w[c(2, 15, 27, 34, 35, 36)] <- 0
  small$N <- c(a = 10, b = 8, c = 25)[small$stratum]
  small$y <- c(4, 7, 7, 9, 2, 7, 12, 4, 9, 30, 7)[spread(n, 7, 11) + 1]
  small$x <- 10 + spread(n, 11, 17) / 2
  small$group <- c("p", "q", "p", "r", "q")[spread(n, 3, 5) + 1]
  small$group[c(2, 15, 27)] <- "s"
  small$region <- c("north", "south")[spread(n, 1, 2) + 1]
  small$region[small$group == "r"] <- "north"
  small$gap <- small$y
  small$gap[c(3, 8, 20, 21, 30)] <- NA
  small$kind <- c("one", "two", "three")[spread(n, 2, 3) + 1]
  small$kind[c(5, 8, 31)] <- NA
  small$never <- 0L
  small$always <- 1L
  small$rare <- 0L
  small$rare[c(4, 17)] <- 1L
  small$some <- as.integer(small$y > 7)
  small
}

written_lonely <- function() {
  lonely <- data.frame(
    stratum = c("a", "a", "a", "a", "a", "a", "b", "b", "c", "c", "c", "c", "d", "d", "e", "e", "e", "e"),
    psu = c(1, 1, 2, 2, 3, 3, 1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 2, 2),
    w = c(2, 3, 2, 3, 2.5, 2.5, 4, 4, 5, 6, 5, 6, 3, 3.5, 2, 2, 7, 7),
    N = c(9, 9, 9, 9, 9, 9, 6, 6, 12, 12, 12, 12, 5, 5, 11, 11, 11, 11),
    y = c(12, 15, 9, 11, 20, 14, 8, 13, 22, 17, 16, 19, 30, 25, 10, 7, 5, 18),
    x = c(3, 4, 2, 3, 6, 4, 2, 3, 7, 5, 5, 6, 9, 8, 3, 2, 1, 5))
  lonely$domain <- c("in", "in", "out", "out", "out", "out", "in", "out", "in", "in", "in", "out", "in", "in", "out", "in", "out", "out")
  lonely$whole <- c(9, 9, 9, 9, 9, 9, 1, 1, 2, 2, 2, 2, 1, 1, 11, 11, 11, 11)
  lonely$unit <- c(1, 1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1)
  lonely$units <- c(1, 1, 4, 4, 4, 4, 3, 3, 5, 5, 5, 5, 2, 2, 6, 6, 4, 4)
  lonely$share <- c(a = 3 / 9, b = 1 / 6, c = 2 / 12, d = 1 / 5, e = 2 / 11)[lonely$stratum]
  lonely$yes <- as.integer(lonely$y > 13)
  lonely
}

# Three stages: villages in two strata, households in villages, persons in households.
written_three <- function() {
  villages <- data.frame(stratum = c("hill", "hill", "hill", "plain", "plain"), village = c(1, 2, 3, 1, 2),
                         villages = c(10, 10, 10, 6, 6), households = c(12, 20, 2, 15, 9))
  rows <- list()
  for (v in seq_len(nrow(villages))) for (h in seq_len(c(3, 2, 2, 3, 2)[v])) {
    persons <- c(4, 3, 6, 2, 5)[(v + 2 * h) %% 5 + 1]
    for (p in seq_len(min(persons, 2 + (v + h) %% 2)))
      rows[[length(rows) + 1]] <- cbind(villages[v, ], household = h, person = p, persons = persons)
  }
  three <- do.call(rbind, rows)
  rownames(three) <- NULL
  n <- nrow(three)
  three$y <- 20 + spread(n, 13, 23) + three$village
  three$x <- 5 + spread(n, 7, 11) / 4
  three$sex <- c("f", "m")[spread(n, 1, 2) + 1]
  three$ill <- as.integer(spread(n, 3, 7) < 3)
  taken <- function(columns) {
    key <- do.call(paste, three[columns])
    inner <- do.call(paste, three[c(columns, setdiff(c("household", "person"), columns)[1])])
    as.vector(tapply(inner, key, function(k) length(unique(k)))[key])
  }
  drawn <- c(hill = 3, plain = 2)[three$stratum]
  three$w <- three$villages / drawn * three$households / taken(c("stratum", "village")) *
    three$persons / taken(c("stratum", "village", "household"))
  three
}

# Two units in each of six strata, with replicate weights of every type.
written_paired <- function() {
  n <- 60
  paired <- data.frame(stratum = rep(1:6, each = 10), psu = rep(rep(1:2, each = 5), 6))
  paired$w <- 10 + spread(n, 7, 13) + paired$stratum / 4
  paired$y <- 40 + spread(n, 17, 29) + 2 * paired$stratum
  paired$x <- 3 + spread(n, 5, 19) / 2
  paired$group <- c("u", "v", "w")[spread(n, 4, 7) %/% 3 + 1]
  paired$sex <- c("f", "m")[(spread(n, 3, 7) > 2) + 1]
  paired$some <- as.integer(spread(n, 6, 11) < 4)
  paired$gap <- paired$y
  paired$gap[c(4, 31, 32, 55)] <- NA
  design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = paired)
  columns <- function(name, matrix) setNames(as.data.frame(unclass(matrix)), paste0(name, seq_len(ncol(matrix))))
  times_w <- function(type, ...) weights(as.svrepdesign(design, type = type, compress = FALSE, ...), "analysis")
  set.seed(20, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
  boot <- weights(as.svrepdesign(design, type = "subbootstrap", replicates = 30, compress = FALSE), "replication")
  # Successive differences: unit i takes rows i and i + 1 of a Hadamard matrix of order 16.
  h <- 2 * hadamard(15) - 1
  unit <- (paired$stratum - 1) * 2 + paired$psu
  sdr <- 1 + 2^-1.5 * h[unit + 1, ] - 2^-1.5 * h[unit %% 12 + 2, ]
  cbind(paired, columns("brr", times_w("BRR")), columns("fay", times_w("Fay", fay.rho = 0.3)),
        columns("jkn", times_w("JKn")), columns("boot", boot * paired$w), columns("factor", boot),
        columns("sdr", sdr * paired$w))
}

write_data <- function() {
  in_package <- new.env()
  for (name in c("api", "hospital", "mu284", "scd", "election", "crowd", "fpc", "nhanes", "yrbs"))
    data(list = name, package = "survey", envir = in_package)
  p <- in_package
  out <- function(table, name) write_table(table, file.path("data", paste0(name, ".csv")))
  out(say_api(p$apisrs, c("pw", "fpc")), "apisrs")
  out(say_api(p$apistrat, c("pw", "fpc")), "apistrat")
  clus1 <- say_api(p$apiclus1, c("pw", "fpc"))
  out(clus1, "apiclus1")
  out(say_api(p$apiclus2, c("pw", "fpc1", "fpc2")), "apiclus2")
  jk1 <- weights(as.svrepdesign(svydesign(ids = ~dnum, weights = ~pw, data = clus1), type = "JK1", compress = FALSE), "analysis")
  out(cbind(clus1[c("stype", "dnum", "api00", "api99", "growth", "sch.wide", "enroll", "api.stu", "ell", "meals", "passed", "pw")],
            setNames(as.data.frame(unclass(jk1)), paste0("jk", seq_len(ncol(jk1))))), "apiclus1_jk1")
  out(p$hospital[c("hospno", "oblevel", "weighta", "tothosp", "births")], "hospital")
  out(p$mu284, "mu284")
  halves <- 2 * cbind(rep1 = c(1, 0, 1, 0, 1, 0), rep2 = c(1, 0, 0, 1, 0, 1), rep3 = c(0, 1, 1, 0, 0, 1), rep4 = c(0, 1, 0, 1, 1, 0))
  out(cbind(p$scd, one = 1, halves), "scd")
  out(p$crowd, "crowd")
  fpc <- p$fpc
  fpc$share <- fpc$nh / fpc$Nh
  out(fpc, "fpc")
  nhanes <- p$nhanes
  nhanes$agecat <- as.character(nhanes$agecat)
  out(nhanes, "nhanes")
  out(p$yrbs, "yrbs")
  pps <- p$election_pps
  pps$County <- as.character(pps$County)
  pps$large <- ifelse(pps$votes > 200000, "large", "small")
  out(pps, "election_pps")
  joint <- p$election_jointprob
  cat(apply(joint, 1, function(r) paste(number(r), collapse = ",")), sep = "\n", file = "data/election_jointprob.csv")
  out(written_small(), "small")
  out(written_lonely(), "lonely")
  out(written_three(), "three_stages")
  out(written_paired(), "paired")
  write_margins(p$apipop, nhanes)
}

# Totals of the population that weights are fitted to.
write_margins <- function(population, nhanes) {
  out <- function(table, name) write_table(table, file.path("data", paste0(name, ".csv")))
  counts <- function(name) {
    t <- table(population[[name]])
    data.frame(variable = name, category = names(t), total = as.vector(t))
  }
  cells <- function(names) setNames(as.data.frame(table(population[names])), c(names, "total"))
  everyone <- data.frame(variable = "(population)", category = NA, total = nrow(population))
  sum_of <- function(name) data.frame(variable = name, category = NA, total = sum(population[[name]]))
  out(cells("stype"), "totals_stype")
  both <- cells(c("stype", "sch.wide"))
  out(both, "totals_stype_schwide")
  out(rbind(counts("stype"), counts("sch.wide")), "margins_stype_schwide")
  out(rbind(everyone, counts("stype"), counts("sch.wide")), "calibrate_margins")
  out(rbind(everyone, counts("stype"), sum_of("api99")), "calibrate_stype_api99")
  out(data.frame(agecat = sort(unique(nhanes$agecat)), total = c(55901, 77670, 72816, 45364)), "standard_ages")
  out(data.frame(sex = c("f", "m"), total = c(520, 480)), "totals_paired_sex")
  out(data.frame(variable = c("sex", "sex", "group", "group", "group"), category = c("f", "m", "u", "v", "w"),
                 total = c(520, 480, 400, 350, 250)), "margins_paired")
  out(data.frame(variable = c("(population)", "sex", "sex", "x"), category = c(NA, "f", "m", NA), total = c(1000, 520, 480, 7600)), "calibrate_paired")
  out(data.frame(region = c("north", "south"), total = c(60, 45)), "totals_small_region")
  out(data.frame(sex = c("f", "m"), total = c(700, 640)), "totals_three_sex")
  out(data.frame(variable = c("(population)", "sex", "sex", "x"), category = c(NA, "f", "m", NA), total = c(1340, 700, 640, 8600)), "calibrate_three")
}
