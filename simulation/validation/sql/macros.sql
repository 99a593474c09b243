-- What queries of rules and measures have in common.

-- share: the share of rows for which a flag is set; null counts as not set
CREATE MACRO share(flag) AS avg(CASE WHEN flag THEN 1.0 ELSE 0.0 END);

-- share_among: the same, among some of the rows
CREATE MACRO share_among(flag, among) AS avg(CASE WHEN flag THEN 1.0 ELSE 0.0 END) FILTER (WHERE among);

-- ratio: one number over another; null over zero
CREATE MACRO ratio(part, whole) AS part / nullif(whole, 0);

-- hour_of: the hour of the day, with its fraction
CREATE MACRO hour_of(moment) AS epoch(moment) % 86400 / 3600;

-- is_weekend: Saturday or Sunday
CREATE MACRO is_weekend(moment) AS isodow(moment) >= 6;

-- subjects_of: the subjects in a list with commas
CREATE MACRO subjects_of(taught) AS string_split(taught, ',');

-- mean_among: the double nearest to the exact mean of stored values among some rows: these are summed as whole numbers
CREATE MACRO mean_among(value, among) AS
    (sum(round(value * 1e6)::BIGINT) FILTER (WHERE among))::DOUBLE / (count(value) FILTER (WHERE among) * 1e6);

-- differs: whether a stored number is not the exact one to its decimals, or only one of the two is defined;
-- where the exact number lies halfway, either neighbour may have been stored
CREATE MACRO differs(stored, exact, decimals) AS
    CASE WHEN stored IS NULL OR exact IS NULL THEN (stored IS NULL) <> (exact IS NULL)
    ELSE abs(stored - exact) > CASE WHEN decimals > 0 THEN 0.5 * 10.0 ** -decimals ELSE 0 END + 1e-9 END;

-- seconds_between: how much later one moment is than another
CREATE MACRO seconds_between(earlier, later) AS epoch(later) - epoch(earlier);

-- within_delay: whether seconds lie in a range of so many units, each end rounded to seconds as it is in the world
CREATE MACRO within_delay(seconds, delay, unit) AS
    seconds BETWEEN round_even(delay[1] * unit, 0) AND round_even(delay[2] * unit, 0);

-- risk_level: the level that a churn probability stands for
CREATE MACRO risk_level(probability, high, medium) AS
    CASE WHEN probability >= high THEN 'High' WHEN probability >= medium THEN 'Medium' ELSE 'Low' END;

-- distance_of_qualities: the largest distance of connections' shares among some sessions from what is expected
CREATE MACRO distance_of_qualities(quality, among, excellent, good, fair, poor) AS greatest(
    abs(share_among(quality = 'Excellent', among) - excellent), abs(share_among(quality = 'Good', among) - good),
    abs(share_among(quality = 'Fair', among) - fair), abs(share_among(quality = 'Poor', among) - poor));
