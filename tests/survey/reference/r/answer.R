# One case: builds its design from the CSV it names, asks R, and lists the answers as rows.
# Every R call is kept as text and becomes the case's note.

TIGHT <- "control = glm.control(epsilon = 1e-14, maxit = 100)"

none_if_bad <- function(x) if (is.null(x) || length(x) == 0 || !is.finite(x[1])) NA else unname(x[1])

row_of <- function(variable, category = "", by = NULL, estimate = NA, se = NA, deff = NA, df = NA,
                   ci_low = NA, ci_high = NA, statistic = NA, p = NA, n = NA, ...) {
  by <- if (length(by)) as.list(by) else NULL
  values <- lapply(list(estimate = estimate, se = se, deff = deff, df = df, ci_low = ci_low,
                        ci_high = ci_high, statistic = statistic, p = p, n = n, ...), none_if_bad)
  c(list(variable = variable, category = as.character(category), by = by), values)
}

where_text <- function(where) {
  value <- if (is.character(where$value)) paste0("\"", where$value, "\"") else number(where$value)
  paste(where$column, where$op, value)
}

# Rows that count: inside the domain, weight above zero, every variable known.
counted <- function(env, variables, by = NULL) {
  data <- env$data
  keep <- env$weighted
  if (!is.null(env$where)) keep <- keep & with(data, eval(parse(text = env$where))) %in% TRUE
  for (name in names(by)) keep <- keep & as.character(data[[name]]) %in% by[[name]]
  known <- intersect(unique(variables), names(data))
  if (length(known)) keep <- keep & complete.cases(data[known])
  sum(keep)
}

answer <- function(case) {
  env <- new.env()
  notes <- character()
  step <- function(text) {
    notes <<- c(notes, text)
    eval(parse(text = text), env)
  }
  d <- case$design
  env$data <- read.csv(file.path("data", case$data), stringsAsFactors = TRUE, check.names = FALSE, na.strings = "")
  if (!is.null(case$joint)) env$joint <- as.matrix(read.csv(file.path("data", case$joint), header = FALSE))
  old <- options(survey.lonely.psu = d$lonely, survey.adjust.domain.lonely = d$lonely_in_domains)
  on.exit(options(old))
  if (d$lonely != "fail" || d$lonely_in_domains)
    notes <- paste0("options(survey.lonely.psu = \"", d$lonely, "\", survey.adjust.domain.lonely = ", d$lonely_in_domains, ")")
  failure <- NULL
  rows <- tryCatch({
    step(paste("design <-", design_call(d)))
    change <- weights_call(case$weights, env, !is.null(d$replicates))
    if (!is.null(change)) step(paste("design <-", change))
    env$weighted <- weights(env$design, "sampling") != 0
    env$full <- env$design
    if (!is.null(case$ask$where)) {
      env$where <- where_text(case$ask$where)
      step(paste0("design <- subset(design, ", env$where, ")"))
    }
    ask <- case$ask
    ask$variables <- unlist(ask$variables)
    ask$by <- unlist(ask$by)
    if (is.null(ask$level)) ask$level <- 0.95
    ANSWERS[[ask$statistic]](ask, env, step)
  }, error = function(e) { failure <<- conditionMessage(e); list() })
  covariance <- attr(rows, "covariance")
  caution <- c(case$caution, attr(rows, "caution"))
  attributes(rows) <- NULL
  out <- case[intersect(c("name", "data", "joint", "design", "weights", "ask"), names(case))]
  if (is.null(case$weights)) out <- append(out, list(weights = NULL), after = match("design", names(out)))
  out$rows <- rows
  if (!is.null(covariance)) out$covariance <- unname(covariance)
  if (!is.null(case$tolerance)) out$tolerance <- case$tolerance
  if (length(caution)) out$caution <- paste(caution, collapse = "; ")
  if (!is.null(failure)) out$error <- failure
  out$note <- paste(notes, collapse = "; ")
  out
}

freedom <- function(ask, env, domain = env$design) {
  switch(if (is.null(ask$df)) "design" else ask$df, design = degf(env$full), domain = degf(domain), inf = Inf)
}

limits <- function(object, ask, df) suppressWarnings(confint(object, level = ask$level, df = df))

has_missing <- function(env, variables) anyNA(env$data[intersect(variables, names(env$data))])

deff_text <- function(ask) if (is.null(ask$deff) || isFALSE(ask$deff)) "" else
  if (isTRUE(ask$deff)) ", deff = TRUE" else paste0(", deff = \"", ask$deff, "\"")

groups <- function(ask, env) {
  if (is.null(ask$by)) return(list(NULL))
  data <- env$data
  keep <- env$weighted
  if (!is.null(env$where)) keep <- keep & with(data, eval(parse(text = env$where))) %in% TRUE
  table <- unique(data[keep & complete.cases(data[ask$by]), ask$by, drop = FALSE])
  table <- table[do.call(order, unname(rev(as.list(table)))), , drop = FALSE]
  lapply(seq_len(nrow(table)), function(i) lapply(table[i, , drop = FALSE], as.character))
}

part <- function(by, env, full = env$design) {
  if (is.null(by)) return(full)
  text <- paste0("(as.character(", names(by), ") %in% \"", unlist(by), "\")", collapse = " & ")
  eval(parse(text = paste0("subset(full, ", text, ")")))
}

# The name of a coefficient as variable and category: `awardsYes` is `awards`, `Yes`.
split_name <- function(name, variables, data) {
  for (v in variables) {
    if (name == v) return(c(v, ""))
    if (v %in% names(data) && is.factor(data[[v]]) && startsWith(name, v)) return(c(v, substring(name, nchar(v) + 1)))
  }
  c(name, "")
}

# Means, totals, proportions: all at once or with svyby.
simple <- function(fun) function(ask, env, step) {
  if (ask$statistic == "proportion" || isTRUE(ask$factor))
    for (v in ask$variables) env$design$variables[[v]] <- factor(env$design$variables[[v]], levels = levels(factor(env$data[[v]])))
  for (v in ask$variables) if (ask$statistic == "proportion") env$data[[v]] <- factor(env$data[[v]])
  na <- if (has_missing(env, ask$variables)) ", na.rm = TRUE" else ""
  formula <- sided(ask$variables)
  if (is.null(ask$by)) {
    e <- step(paste0("estimate <- ", fun, "(", formula, ", design", na, deff_text(ask), ")"))
    df <- freedom(ask, env)
    ci <- limits(e, ask, df)
    deffs <- if (nzchar(deff_text(ask))) deff(e) else rep(NA, length(coef(e)))
    rows <- lapply(seq_along(coef(e)), function(i) {
      name <- split_name(names(coef(e))[i], ask$variables, env$data)
      row_of(name[1], name[2], NULL, coef(e)[i], SE(e)[i], deffs[i], df, ci[i, 1], ci[i, 2], n = counted(env, ask$variables))
    })
    if (length(rows) > 1) attr(rows, "covariance") <- vcov(e)
    return(rows)
  }
  fitted <- !is.null(env$design$postStrata) || isTRUE(env$design$pps)
  covariance <- if (nzchar(na) || nzchar(deff_text(ask)) || fitted) "" else ", covmat = TRUE"
  e <- step(paste0("estimate <- svyby(", formula, ", ", sided(ask$by), ", design, ", fun, na, deff_text(ask), covariance, ")"))
  about <- attr(e, "svyby")
  names <- about$variables
  table <- as.data.frame(e)
  k <- length(names)
  rows <- list()
  for (v in seq_len(k)) for (g in seq_len(nrow(table))) {
    by <- lapply(table[g, ask$by, drop = FALSE], as.character)
    df <- freedom(ask, env, part(by, env))
    estimate <- table[g, length(ask$by) + v]
    se <- table[g, length(ask$by) + k + v]
    d <- if (nzchar(deff_text(ask))) table[g, length(ask$by) + 2 * k + v] else NA
    t <- suppressWarnings(qt((1 + ask$level) / 2, df))
    name <- split_name(names[v], ask$variables, env$data)
    rows[[length(rows) + 1]] <- row_of(name[1], name[2], by, estimate, se, d, df, estimate - t * se, estimate + t * se,
                                       n = counted(env, ask$variables, by))
  }
  if (nzchar(covariance)) attr(rows, "covariance") <- vcov(e)
  else if (fitted && !nzchar(na) && !nzchar(deff_text(ask))) attr(rows, "covariance") <- covariance_of_parts(fun, ask, env, step, rows, k)
  if (length(rows) > 15) attr(rows, "covariance") <- NULL
  rows
}

# svyby(covmat = TRUE) fails where a subset keeps its rows (fitted weights, pps); the same from influences.
covariance_of_parts <- function(fun, ask, env, step, rows, k) {
  count <- length(rows) / k
  parts <- lapply(rows[seq_len(count)], function(row) {
    env$part <- part(row$by, env, env$design)
    as.matrix(attr(eval(parse(text = paste0(fun, "(", sided(ask$variables), ", part, influence = TRUE)")), env), "influence"))
  })
  env$influences <- do.call(cbind, lapply(seq_len(k), function(v) do.call(cbind, lapply(parts, function(p) p[, v]))))
  step("svyrecvar(influences, design$cluster, design$strata, design$fpc, postStrata = design$postStrata)")
}

ratio <- function(ask, env, step) {
  a <- ask$variables[1]; b <- ask$variables[2]
  name <- paste0(a, "/", b)
  na <- if (has_missing(env, ask$variables)) ", na.rm = TRUE" else ""
  if (is.null(ask$by)) {
    e <- step(paste0("estimate <- svyratio(~", a, ", ~", b, ", design", na, deff_text(ask), ")"))
    df <- freedom(ask, env)
    ci <- limits(e, ask, df)
    d <- if (nzchar(deff_text(ask))) deff(e) else NA
    return(list(row_of(name, "", NULL, coef(e), SE(e), d, df, ci[1], ci[2], n = counted(env, ask$variables))))
  }
  covariance <- if (nzchar(na)) "" else ", covmat = TRUE"
  e <- step(paste0("estimate <- svyby(~", a, ", ", sided(ask$by), ", denominator = ~", b, ", design, svyratio", na, covariance, ")"))
  table <- as.data.frame(e)
  rows <- lapply(seq_len(nrow(table)), function(g) {
    by <- lapply(table[g, ask$by, drop = FALSE], as.character)
    df <- freedom(ask, env, part(by, env))
    t <- suppressWarnings(qt((1 + ask$level) / 2, df))
    estimate <- coef(e)[g]; se <- SE(e)[g]
    row_of(name, "", by, estimate, se, NA, df, estimate - t * se, estimate + t * se, n = counted(env, ask$variables, by))
  })
  if (nzchar(covariance)) attr(rows, "covariance") <- vcov(e)
  rows
}

quantile_of <- function(ask, env, step) {
  na <- if (has_missing(env, ask$variables)) ", na.rm = TRUE" else ""
  rule <- if (is.null(ask$rule)) "hf1" else ask$rule
  interval <- if (is.null(ask$interval)) "mean" else ask$interval
  whole <- env$design
  rows <- list()
  for (by in groups(ask, env)) {
    env$design <- part(by, env, whole)
    df <- freedom(ask, env)
    call <- paste0("estimate <- svyquantile(", sided(ask$variables), ", design, ", numbers(ask$probs), ", alpha = ",
                   number(1 - ask$level), ", interval.type = \"", interval, "\", qrule = \"", rule, "\", df = ", if (is.finite(df)) df else "Inf", na, ")")
    e <- if (length(rows)) eval(parse(text = call), env) else step(call)
    for (v in names(e)) for (i in seq_along(ask$probs)) {
      r <- e[[v]][i, ]
      rows[[length(rows) + 1]] <- row_of(v, number(unlist(ask$probs)[i]), by, r[1], r[4], NA, df, r[2], r[3], n = counted(env, v, by))
    }
  }
  rows
}

variance <- function(ask, env, step) {
  na <- if (has_missing(env, ask$variables)) ", na.rm = TRUE" else ""
  if (!is.null(ask$by)) {
    whole <- env$design
    return(do.call(c, lapply(groups(ask, env), function(by) {
      env$design <- part(by, env, whole)
      e <- step(paste0("estimate <- svyvar(~", ask$variables, ", design", na, ")"))
      df <- freedom(ask, env)
      t <- suppressWarnings(qt((1 + ask$level) / 2, df))
      list(row_of(ask$variables, "", by, as.vector(e)[1], sqrt(as.vector(attr(e, "var"))[1]), NA, df, as.vector(e)[1] - t * sqrt(as.vector(attr(e, "var"))[1]),
                  as.vector(e)[1] + t * sqrt(as.vector(attr(e, "var"))[1]), n = counted(env, ask$variables, by)))
    })))
  }
  e <- step(paste0("estimate <- svyvar(", sided(ask$variables), ", design", na, ")"))
  df <- freedom(ask, env)
  t <- suppressWarnings(qt((1 + ask$level) / 2, df))
  k <- length(ask$variables)
  v <- as.matrix(attr(e, "var"))
  values <- as.vector(unclass(e))[seq_len(k * k)]
  rows <- list(); use <- integer()
  for (i in seq_len(k)) for (j in i:k) {
    at <- (j - 1) * k + i
    use <- c(use, at)
    se <- sqrt(v[at, at])
    rows[[length(rows) + 1]] <- row_of(ask$variables[i], if (k > 1) ask$variables[j] else "", NULL, values[at], se, NA, df,
                                       values[at] - t * se, values[at] + t * se, n = counted(env, ask$variables))
  }
  if (k > 1) attr(rows, "covariance") <- v[use, use]
  rows
}

correlation <- function(ask, env, step) {
  a <- ask$variables[1]; b <- ask$variables[2]
  na <- if (has_missing(env, ask$variables)) ", na.rm = TRUE" else ""
  # The variance of two variables as three means; the same numbers as svyvar, with names to contrast.
  e <- step(paste0("v <- svyvar(~", a, " + ", b, ", design", na, ")"))
  env$three <- structure(c(aa = e[1, 1], ab = e[1, 2], bb = e[2, 2]), var = attr(e, "var")[c(1, 2, 4), c(1, 2, 4)], class = "svystat", statistic = "variance")
  notes <- "estimate <- svycontrast(three, quote(ab / sqrt(aa * bb)))"
  e <- step(notes)
  df <- freedom(ask, env)
  t <- qt((1 + ask$level) / 2, df)
  list(row_of(a, b, NULL, coef(e), SE(e), NA, df, coef(e) - t * SE(e), coef(e) + t * SE(e), n = counted(env, ask$variables)))
}

contrast <- function(ask, env, step) {
  fun <- paste0("svy", ask$of)
  call <- if (ask$of == "ratio") paste0("svyby(~", ask$variables[1], ", ", sided(ask$by), ", denominator = ~", ask$variables[2], ", design, svyratio, covmat = TRUE)")
          else paste0("svyby(", sided(ask$variables), ", ", sided(ask$by), ", design, ", fun, ", covmat = TRUE)")
  step(paste("groups <-", call))
  rows <- list()
  for (one in ask$contrasts) {
    weights <- paste0("c(", paste0("`", names(one), "` = ", vapply(one, number, ""), collapse = ", "), ")")
    e <- step(paste0("estimate <- svycontrast(groups, ", weights, ")"))
    df <- freedom(ask, env)
    ci <- limits(e, ask, df)
    rows[[length(rows) + 1]] <- row_of(paste(ask$variables, collapse = "/"), paste0(names(one), collapse = " - "), NULL, coef(e), SE(e), NA, df, ci[1], ci[2])
  }
  rows
}

regress <- function(ask, env, step) {
  family <- switch(ask$family, gaussian = "gaussian()", binomial = "quasibinomial()", poisson = "quasipoisson()")
  step(paste0("estimate <- svyglm(", ask$formula, ", design = design, family = ", family, ", ", TIGHT, ")"))
  e <- env$estimate
  s <- summary(e)
  df <- e$df.residual
  # With one degree of freedom confint() goes by a normal level that rounds to 1, and has no limits.
  ci <- confint(e, level = ask$level)
  terms <- all.vars(formula(e))
  rows <- lapply(seq_along(coef(e)), function(i) row_of(
    terms[1], names(coef(e))[i], NULL, coef(e)[i], SE(e)[i], NA, df, ci[i, 1], ci[i, 2],
    s$coefficients[i, 3], s$coefficients[i, 4], n = counted(env, terms), dispersion = as.vector(s$dispersion)[1]))
  attr(rows, "covariance") <- vcov(e)
  if (df == 1) attr(rows, "caution") <- "R's confint() has no limits where a regression has one degree of freedom"
  rows
}

chisq <- function(ask, env, step) {
  for (v in ask$variables) env$design$variables[[v]] <- factor(env$design$variables[[v]])
  e <- step(paste0("estimate <- svychisq(~", ask$variables[1], " + ", ask$variables[2], ", design, statistic = \"", ask$method, "\")"))
  p <- e$parameter
  list(row_of(paste(ask$variables, collapse = ","), "", NULL, df = if (length(p)) p[1] else NA, statistic = as.vector(e$statistic), p = as.vector(e$p.value),
              n = counted(env, ask$variables), denominator_df = if (length(p) > 1) p[2] else NA))
}

ttest <- function(ask, env, step) {
  y <- ask$variables[1]
  e <- step(paste0("estimate <- svyttest(", y, " ~ ", if (length(ask$variables) > 1) ask$variables[2] else "0", ", design)"))
  ci <- as.vector(e$conf.int)
  list(row_of(paste(ask$variables, collapse = ","), "", NULL, e$estimate, e$estimate / e$statistic, NA, e$parameter, ci[1], ci[2],
              e$statistic, e$p.value, n = counted(env, ask$variables)))
}

ranktest <- function(ask, env, step) {
  e <- step(paste0("estimate <- svyranktest(", ask$variables[1], " ~ ", ask$variables[2], ", design, test = \"", ask$method, "\")"))
  name <- paste(ask$variables, collapse = ",")
  n <- counted(env, ask$variables)
  if (is.null(e$ddf))
    return(list(row_of(name, "", NULL, e$estimate, e$estimate / e$statistic, NA, e$parameter, statistic = e$statistic, p = e$p.value, n = n)))
  # With three groups and more R stores the chi-square as `parameter` and its df as `statistic`.
  list(row_of(name, "", NULL, df = e$statistic, statistic = e$parameter, p = as.vector(e$p.value), n = n, denominator_df = e$ddf))
}

ciprop <- function(ask, env, step) {
  whole <- env$design
  na <- if (has_missing(env, ask$variables)) ", na.rm = TRUE" else ""
  value <- if (is.character(ask$category)) paste0("\"", ask$category, "\"") else number(ask$category)
  rows <- list()
  for (by in groups(ask, env)) {
    env$design <- part(by, env, whole)
    df <- freedom(ask, env)
    call <- paste0("estimate <- svyciprop(~I(", ask$variables, " == ", value, "), design, method = \"", ask$method, "\", level = ",
                   number(ask$level), ", df = ", if (is.finite(df)) df else "Inf", na, ")")
    e <- if (length(rows)) eval(parse(text = call), env) else step(call)
    ci <- attr(e, "ci")
    rows[[length(rows) + 1]] <- row_of(ask$variables, ask$category, by, as.vector(e)[1], sqrt(as.vector(attr(e, "var"))[1]), NA, df,
                                       ci[1], ci[2], n = counted(env, ask$variables, by))
  }
  rows
}

ANSWERS <- list(mean = simple("svymean"), total = simple("svytotal"), proportion = simple("svymean"), ratio = ratio,
                quantile = quantile_of, variance = variance, correlation = correlation, contrast = contrast,
                regress = regress, chisq = chisq, ttest = ttest, ranktest = ranktest, ciprop = ciprop)
