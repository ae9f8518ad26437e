# A design as the cases tell it, and the R calls that make it.

plan <- function(weights = NULL, strata = NULL, psu = list(), fpc = list(), lonely = "fail",
                 pps = FALSE, lonely_in_domains = FALSE, nest = !is.null(strata), replicates = NULL) {
  list(weights = weights, strata = strata, psu = many(psu), fpc = many(fpc), lonely = lonely,
       pps = pps, lonely_in_domains = lonely_in_domains, nest = nest, replicates = replicates)
}

replicates <- function(pattern, type, scale = NULL, rscales = NULL, center = "replicates",
                       rho = NULL, factors = FALSE) {
  list(pattern = pattern, type = type, scale = scale, rscales = if (is.null(rscales)) NULL else many(rscales),
       center = center, rho = rho, factors = factors)
}

sided <- function(names) paste0("~", if (length(names)) paste(unlist(names), collapse = " + ") else "1")
numbers <- function(x) paste0("c(", paste(number(unlist(x)), collapse = ", "), ")")

design_call <- function(d) {
  r <- d$replicates
  if (!is.null(r)) {
    type <- switch(r$type, SDR = "successive-difference", r$type)
    same <- length(unique(unlist(r$rscales))) == 1
    return(paste0(
      "svrepdesign(", if (!is.null(d$weights)) paste0("weights = ", sided(d$weights), ", "),
      "repweights = \"", glob2rx(r$pattern), "\", type = \"", type, "\", combined.weights = ", !r$factors,
      if (!is.null(r$scale)) paste0(", scale = ", number(r$scale)),
      if (!is.null(r$rscales)) paste0(", rscales = ",
        if (same) paste0("rep(", number(r$rscales[[1]]), ", ", length(r$rscales), ")") else numbers(r$rscales)),
      if (!is.null(r$rho)) paste0(", rho = ", number(r$rho)),
      ", mse = ", r$center == "estimate", ", data = data)"))
  }
  pps <- switch(as.character(d$pps), "FALSE" = NULL, brewer = "\"brewer\"", overton = "\"overton\"",
                HR = "HR()", joint_ht = "ppsmat(joint), variance = \"HT\"", joint_yg = "ppsmat(joint), variance = \"YG\"")
  paste0("svydesign(ids = ", sided(d$psu),
         if (!is.null(d$strata)) paste0(", strata = ", sided(d$strata)),
         if (!is.null(d$weights)) paste0(", weights = ", sided(d$weights)),
         if (length(d$fpc)) paste0(", fpc = ", sided(d$fpc)),
         if (d$nest) ", nest = TRUE", if (!is.null(pps)) paste0(", pps = ", pps), ", data = data)")
}

# The call that changes the weights, and what it needs beside the design.
weights_call <- function(w, env, replicated) {
  if (is.null(w)) return(NULL)
  read <- function(file) read.csv(file.path("data", file), stringsAsFactors = FALSE, check.names = FALSE)
  if (!is.null(w$poststratify)) {
    table <- read(w$poststratify$totals)
    names(table)[names(table) == "total"] <- "Freq"
    env$totals <- table
    return(paste0("postStratify(design, ", sided(w$poststratify$by), ", totals)"))
  }
  if (!is.null(w$standardize)) {
    s <- w$standardize
    table <- read(s$totals)
    env$totals <- table$total
    return(paste0("svystandardize(design, by = ", sided(s$by), ", over = ", sided(s$over), ", population = totals",
                  if (!is.null(s$known)) paste0(", excluding.missing = ", sided(s$known)), ")"))
  }
  if (!is.null(w$rake)) {
    table <- read(w$rake)
    variables <- unique(table$variable)
    env$totals <- lapply(variables, function(v) {
      part <- table[table$variable == v, ]
      setNames(data.frame(part$category, part$total), c(v, "Freq"))
    })
    return(paste0("rake(design, list(", paste0("~", variables, collapse = ", "),
                  "), totals, control = list(maxit = 1000, epsilon = 1e-12))"))
  }
  if (!is.null(w$calibrate)) {
    table <- read(w$calibrate)
    table$category[is.na(table$category)] <- ""
    variables <- setdiff(unique(table$variable), "(population)")
    env$totals <- c("(Intercept)" = table$total[table$variable == "(population)"])
    for (v in variables) {
      part <- table[table$variable == v, ]
      env$totals <- c(env$totals, if (part$category[1] == "") setNames(part$total, v)
                      else setNames(part$total, paste0(v, part$category))[-1])
    }
    return(paste0("calibrate(design, ", sided(variables), ", totals, calfun = \"", w[["function"]], "\"",
                  if (!is.null(w$bounds)) paste0(", bounds = ", numbers(w$bounds)),
                  if (!is.null(w$g_trim)) paste0(", trim = ", numbers(w$g_trim)),
                  if (replicated) ", compress = FALSE", ", epsilon = 1e-12, maxit = 500)"))
  }
  paste0("trimWeights(design, lower = ", number(w$trim[[1]]), ", upper = ", number(w$trim[[2]]),
         if (isTRUE(w$strict)) ", strict = TRUE", ")")
}
