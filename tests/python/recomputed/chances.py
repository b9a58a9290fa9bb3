"""What can be said of counts, written from the papers that `docs/metrics.md` names."""

import math

HALVINGS = 100


def beta_share(a, b, x):
    """Returns the regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun, 26.5.8)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(b, a, 1 - x)
    ln_front = (
        math.lgamma(a + b)
        - math.lgamma(a)
        - math.lgamma(b)
        + a * math.log(x)
        + b * math.log1p(-x)
    )
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d or tiny)
    value = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / ((1 + step * d) or tiny)
            c = (1 + step / c) or tiny
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return math.exp(ln_front) * value / a


def crossing(is_left, low, high):
    """Returns where a condition that holds on the left stops holding."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if is_left(middle):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def exact_interval(hits, trials, alpha=0.05):
    """Returns the interval of Clopper and Pearson."""
    if trials == 0:
        return None, None
    misses = trials - hits
    low = (
        crossing(lambda p: beta_share(hits, misses + 1, p) < alpha / 2, 0, 1)
        if hits
        else 0.0
    )
    high = (
        crossing(lambda p: beta_share(hits + 1, misses, p) < 1 - alpha / 2, 0, 1)
        if misses
        else 1.0
    )
    return low, high


def median_ranks(size, alpha=0.05):
    """Returns the ranks, from 1, between which the median lies: each tail of Bin(size, 1/2) holds at most half of alpha."""
    tail, below = 0.0, 0
    while below < size:
        tail += math.exp(
            math.lgamma(size + 1)
            - math.lgamma(below + 1)
            - math.lgamma(size - below + 1)
            - size * math.log(2)
        )
        if tail > alpha / 2:
            break
        below += 1
    return (below, size + 1 - below) if below else None


def fisher(a, n, b, m):
    """Returns the two-sided p-value of Fisher's exact test of a of n against b of m."""
    hits = a + b

    def ln_choose(n, k):
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    def ln_probability(k):
        return ln_choose(n, k) + ln_choose(m, hits - k) - ln_choose(n + m, hits)

    seen = ln_probability(a) + 1e-7
    every = range(max(0, hits - m), min(hits, n) + 1)
    return min(
        1.0,
        sum(math.exp(ln_probability(k)) for k in every if ln_probability(k) <= seen),
    )


def adjusted(p_values):
    """Adjusts p-values as Benjamini and Hochberg do."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    result, least = [1.0] * len(p_values), 1.0
    for rank in range(len(order), 0, -1):
        least = min(least, p_values[order[rank - 1]] * len(p_values) / rank)
        result[order[rank - 1]] = least
    return result


def ln_wealth(rate, harmful, decided):
    """Returns the logarithm of the wealth of who bets against a rate of harm of at least `rate`."""
    misses = decided - harmful

    def ln_beta(a, b):
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)

    def ln_weight(a, b):
        share = beta_share(a, b, rate)
        return ln_beta(a, b) + (math.log(share) if share > 0 else -math.inf)

    average = ln_weight(harmful + 0.5, misses + 0.5) - ln_weight(0.5, 0.5)
    return average - harmful * math.log(rate) - misses * math.log1p(-rate)


def harm_at_most(harmful, decided, alpha):
    """Returns the largest rate of harm that the wealth has not ruled out."""
    start = harmful / max(decided, 1)
    if start >= 1 or not decided:
        return 1.0
    return crossing(
        lambda p: ln_wealth(p, harmful, decided) < -math.log(alpha), start, 1
    )


def harmless_missing(harmful, decided, threshold, alpha):
    """Returns how many more without harm bring the bound to the threshold."""
    more = 0
    while ln_wealth(threshold, harmful, decided + more) < -math.log(alpha):
        more += 1
    return more


WORSE = (1.5, 2.0, 3.0, 5.0, 8.0)


def looks_to_notice(threshold, uses, alpha, rate):
    """Returns how many looks it takes on average to notice a turn to `rate` (Lorden 1971)."""
    gains = []
    for times in WORSE:
        worse = min(threshold * times, 0.95)
        gain = rate * math.log(worse / threshold)
        gains.append(gain + (1 - rate) * math.log((1 - worse) / (1 - threshold)))
    return (math.log(uses / alpha) + math.log(len(WORSE))) / max(gains)


def turned_after(outcomes, threshold, uses, alpha):
    """Returns after how many looks the e-detector tells of a turn."""
    sums = [0.0] * len(WORSE)
    for position, harmful in enumerate(outcomes, 1):
        for i, times in enumerate(WORSE):
            worse = min(threshold * times, 0.95)
            ratio = (
                worse / threshold if harmful else (1 - worse) / (1 - threshold)
            )
            sums[i] = (sums[i] + 1) * ratio
        if sum(sums) / len(sums) >= uses / alpha * (1 - 1e-12):
            return position
    return None
