-- What a report shows of a run. A query may name those above it, beside what queries about a run may name anyway.

-- last_scores: the platform's last score of each tutor who is still there; it looks back over 30 days, whatever the window
SELECT tutor_id, churn_probability, churn_risk_level, signal_declining_ratings, signal_low_engagement,
    signal_high_reschedule, signal_poor_first_sessions, signal_no_shows, signal_declining_activity
FROM churn_scored WHERE timestamp = $window_end;

-- headline: the figures at the top
SELECT (SELECT count(*) FROM tutor_profiles) AS tutors, (SELECT count(*) FROM students) AS students,
    count(*) AS sessions, avg(session_completed::INT) AS completed, avg(student_rating) AS mean_rating,
    (SELECT count(*) FROM last_scores WHERE churn_risk_level <> 'Low') AS tutors_at_risk,
    (SELECT count(*) FROM interventions) AS interventions,
    (SELECT count(*) FROM tutor_left WHERE timestamp >= $window_start) AS tutors_left
FROM sessions;

-- days: each day of the window
SELECT strftime(unnest(generate_series($window_start, $window_end - INTERVAL 1 DAY, INTERVAL 1 DAY)), '%Y-%m-%d') AS day;

-- sessions_of_days: each session with its day and what became of it
SELECT session_id, strftime(session_datetime, '%Y-%m-%d') AS day,
    CASE WHEN tutor_showed AND student_showed THEN 'completed' WHEN tutor_showed THEN 'student no-show'
    WHEN student_showed THEN 'tutor no-show' ELSE 'both no-show' END AS outcome
FROM sessions;

-- sessions_by_day: how many sessions of each outcome were to begin on each day, days without any included
SELECT day, outcome, count(session_id) AS sessions
FROM days CROSS JOIN (SELECT DISTINCT outcome FROM sessions_of_days) AS known LEFT JOIN sessions_of_days USING (day, outcome)
GROUP BY ALL ORDER BY ALL;

-- hours: each hour of the week
SELECT weekday, hour FROM (SELECT unnest(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']) AS weekday) AS week
CROSS JOIN (SELECT unnest(range(24)) AS hour) AS day;

-- sessions_by_hour: how many sessions were to begin on each weekday in each hour
SELECT weekday, hour, count(session_id) AS sessions FROM hours LEFT JOIN (
    SELECT session_id, strftime(session_datetime, '%a') AS weekday, hour(session_datetime) AS hour FROM sessions
) AS begun USING (weekday, hour) WHERE (SELECT count(*) FROM sessions) > 0 GROUP BY ALL ORDER BY ALL;

-- tutors_by_hour: how many active tutors prefer each hour on each weekday; some teach on weekends alone
SELECT weekday, hour, count(tutor_id) AS tutors FROM hours LEFT JOIN tutor_profiles
ON active_status AND hour >= preferred_start_hour AND hour < preferred_end_hour
    AND (NOT weekend_only OR weekday IN ('Sat', 'Sun'))
GROUP BY ALL ORDER BY ALL;

-- levels_by_night: how many tutors were at each risk level at the end of each day
SELECT strftime(timestamp - INTERVAL 1 DAY, '%Y-%m-%d') AS day, churn_risk_level AS level, count(*) AS tutors
FROM churn_scored WHERE timestamp > $window_start AND timestamp <= $window_end
GROUP BY ALL ORDER BY ALL;

-- tutors_by_signal: how many tutors show each signal at the window's end, by their level
SELECT signal, level, count(*) FILTER (WHERE shows) AS tutors FROM (
    SELECT churn_risk_level AS level, unnest(['signal_declining_ratings', 'signal_low_engagement',
            'signal_high_reschedule', 'signal_poor_first_sessions', 'signal_no_shows',
            'signal_declining_activity']) AS signal,
        unnest([signal_declining_ratings, signal_low_engagement, signal_high_reschedule,
            signal_poor_first_sessions, signal_no_shows, signal_declining_activity]) AS shows
    FROM last_scores
) GROUP BY ALL ORDER BY ALL;

-- probabilities: the churn probability of each tutor who is still there, the true one of leaving, and who left
SELECT tutor_id, churn_probability, leave_probability_30d,
    CASE WHEN left_at IS NULL THEN 'stayed' ELSE 'left later' END AS outcome
FROM last_scores JOIN truth_tutor_outcomes USING (tutor_id) ORDER BY tutor_id;

-- persona_names: all personas, in words and in the scenario's order
SELECT replace(name, '_', ' ') AS persona FROM vocabulary WHERE kind = 'personas' ORDER BY place;

-- personas: each active tutor with its persona, in words, and figures
SELECT tutor_id, replace(persona, '_', ' ') AS persona, avg_rating_30d, avg_engagement_score,
    last_scores.churn_probability, total_sessions_30d, reschedule_rate_30d, no_show_count_30d, reliability_score,
    months_experience
FROM tutor_aggregates JOIN tutor_profiles USING (tutor_id) JOIN truth_tutors USING (tutor_id)
LEFT JOIN last_scores USING (tutor_id) ORDER BY tutor_id;

-- stages: where each email stood at each stage, from its trigger to what followed, and at which rank that is shown;
-- a change of engagement counts from half a hundredth, and the stage is left out where nothing is known of it
SELECT intervention_id, risk, place, stage, value, list_position(CASE WHEN stage = 'type of the email'
    THEN (SELECT list(replace(name, '_', ' ') ORDER BY place) FROM vocabulary WHERE kind = 'intervention_types')
    ELSE ['High', 'Medium', 'responded', 'clicked', 'opened', 'delivered', 'sent', 'failed', 'rose', 'stayed', 'fell',
        'not known'] END, value) AS rank
FROM (
    SELECT intervention_id, risk_level_at_trigger AS risk, unnest(range(4)) AS place,
        unnest(['risk when triggered', 'type of the email', 'how far it came', 'engagement afterwards']) AS stage,
        unnest([risk_level_at_trigger, replace(intervention_type, '_', ' '), status,
            CASE WHEN engagement_after - engagement_before > 5e-3 THEN 'rose'
            WHEN engagement_after - engagement_before < -5e-3 THEN 'fell'
            WHEN engagement_after - engagement_before IS NULL THEN 'not known' ELSE 'stayed' END]) AS value
    FROM interventions
) WHERE place < 3 OR (SELECT count(engagement_after - engagement_before) > 0 FROM interventions);

-- ways: how many emails went each way through the stages
SELECT way, count(*) AS emails FROM (
    SELECT list(value ORDER BY place) AS way FROM stages GROUP BY intervention_id
) GROUP BY way ORDER BY way;

-- blocks: a block for each value of each stage, between 0, the bottom, and 1, the top, with a gap between two;
-- `height` is that of one email
SELECT place, stage, value, emails, height, top - emails * height AS low, top AS high FROM (
    SELECT place, stage, value, emails, height,
        1 - 3e-2 * (row_number() OVER above - 1) - height * (sum(emails) OVER above - emails) AS top
    FROM (
        SELECT place, stage, value, rank, emails,
            (1 - 3e-2 * (count(*) OVER of_stage - 1)) / sum(emails) OVER of_stage AS height
        FROM (SELECT place, stage, value, rank, count(*) AS emails FROM stages GROUP BY ALL) AS counted
        WINDOW of_stage AS (PARTITION BY place)
    ) WINDOW above AS (PARTITION BY place ORDER BY rank, value)
) ORDER BY place, high DESC;

-- flows: how many emails of a risk went from one block to one of the next stage, and where they meet both from the top
SELECT one.place, one.value || ' → ' || two.value AS flow, risk, counted.emails,
    one.high - one.height * (sum(counted.emails) OVER leaving - counted.emails) AS high, one.height,
    two.high - two.height * (sum(counted.emails) OVER coming - counted.emails) AS to_high, two.height AS to_height,
    row_number() OVER leaving AS nth
FROM (
    SELECT here.place, here.risk, here.value AS source, there.value AS target, here.rank AS source_rank,
        there.rank AS target_rank, count(*) AS emails
    FROM stages AS here JOIN stages AS there
    ON there.intervention_id = here.intervention_id AND there.place = here.place + 1 GROUP BY ALL
) AS counted
JOIN blocks AS one ON one.place = counted.place AND one.value = source
JOIN blocks AS two ON two.place = counted.place + 1 AND two.value = target
WINDOW leaving AS (PARTITION BY one.place, source ORDER BY target_rank, target, risk),
    coming AS (PARTITION BY one.place, target ORDER BY source_rank, source, risk);

-- ribbons: each flow as points of a curve from left to right; blocks reach to 0.06 on both sides of their stage
SELECT concat_ws('.', place, flow, nth) AS ribbon, flow, emails, risk, round(place + 6e-2 + 88e-2 * along, 4) AS x,
    round(high - emails * height + (to_high - emails * to_height - high + emails * height) * rise, 4) AS low,
    round(high + (to_high - high) * rise, 4) AS high
FROM flows CROSS JOIN (
    SELECT along, along ** 2 * (3 - 2 * along) AS rise FROM (SELECT unnest(range(24)) / 23e0 AS along) AS steps
) AS curve ORDER BY place, ribbon, x;

-- variants: of each variant of an experiment how many tutors were assigned, exposed and converted, and the rate of
-- those with its interval of 95 %, which is Wilson's (1927)
SELECT *, CASE WHEN exposed > 0 THEN converted / exposed END AS rate,
    CASE WHEN exposed > 0 THEN greatest(0e0, (converted + z ** 2 / 2 - spread) / (exposed + z ** 2)) END AS low,
    CASE WHEN exposed > 0 THEN least(1e0, (converted + z ** 2 / 2 + spread) / (exposed + z ** 2)) END AS high
FROM (
    SELECT *, z * sqrt(converted * (exposed - converted) / nullif(exposed, 0) + z ** 2 / 4) AS spread FROM (
        SELECT experiment_id, name AS experiment, place, variant, if(place = 0, 'control', 'treatment') AS role,
            count(assigned_at) AS assigned, count(exposed_at) AS exposed, count(converted_at) AS converted,
            1.959963984540054e0 AS z
        FROM (
            SELECT experiment_id, name, unnest(json_extract_string(variants, '$[*]')) AS variant,
                unnest(range(json_array_length(variants)::BIGINT)) AS place
            FROM experiments
        ) AS planned LEFT JOIN experiment_assignments USING (experiment_id, variant) GROUP BY ALL
    )
) ORDER BY experiment_id, place;

-- conversions: each experiment with the rates of its variants less that of the control, with intervals of 95 % by
-- Newcombe's method (1998) from Wilson's two
SELECT experiment_id, name, status, significance, winner, sum(assigned)::BIGINT AS tutors,
    string_agg(exposed, ', ' ORDER BY place) AS exposed,
    list({'variant': variants.variant, 'difference': variants.rate - control.rate,
        'low': variants.rate - control.rate
            - sqrt((variants.rate - variants.low) ** 2 + (control.high - control.rate) ** 2),
        'high': variants.rate - control.rate
            + sqrt((variants.high - variants.rate) ** 2 + (control.rate - control.low) ** 2)} ORDER BY place)
        FILTER (WHERE place > 0) AS lifts
FROM experiments JOIN variants USING (experiment_id)
JOIN (SELECT experiment_id, rate, low, high FROM variants WHERE place = 0) AS control USING (experiment_id)
GROUP BY ALL ORDER BY experiment_id;

-- tutors: each tutor, those at the highest risk first
SELECT tutor_id, last_scores.churn_risk_level AS risk, last_scores.churn_probability AS probability,
    coalesce(emails, 0) AS emails, avg_rating_30d AS rating, total_sessions_30d AS sessions, no_show_count_30d AS no_shows,
    primary_subject AS subject, months_experience AS months,
    last_scores.signal_declining_ratings, last_scores.signal_low_engagement, last_scores.signal_high_reschedule,
    last_scores.signal_poor_first_sessions, last_scores.signal_no_shows, last_scores.signal_declining_activity,
    CASE WHEN tutor_id IN (SELECT tutor_id FROM tutor_left) THEN 'left' WHEN active_status THEN 'active'
    ELSE 'inactive' END AS status
FROM tutor_profiles LEFT JOIN tutor_aggregates USING (tutor_id) LEFT JOIN last_scores USING (tutor_id)
LEFT JOIN (SELECT tutor_id, count(*) AS emails FROM interventions GROUP BY tutor_id) AS written USING (tutor_id)
ORDER BY coalesce(probability, 0) DESC, tutor_id;
