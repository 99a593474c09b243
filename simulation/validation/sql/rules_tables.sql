-- Rules about tutors, sessions, students and aggregates: each query gives the rows that break its rule.

-- tutor.subjects.valid: 1 to 3 different subjects of the run's own, the primary one among them
SELECT position, tutor_id, subjects_taught, primary_subject
FROM (SELECT *, subjects_of(subjects_taught) AS taught FROM tutor_profiles)
WHERE (
    len(taught) <= 3 AND len(list_distinct(taught)) = len(taught) AND list_contains(taught, primary_subject)
    AND list_has_all((SELECT list(name) FROM vocabulary WHERE kind = 'subjects'), taught)
) IS NOT TRUE;

-- time.preferred_windows: preferred hours lie within the chronotype's, and are not empty
SELECT tutor_profiles.position, tutor_id, tutor_profiles.chronotype, preferred_start_hour, preferred_end_hour
FROM tutor_profiles LEFT JOIN hour_bounds ON tutor_profiles.chronotype = hour_bounds.chronotype
    AND (hour_bounds.region = tutor_profiles.region OR hour_bounds.region IS NULL)
WHERE (
    first <= preferred_start_hour AND preferred_start_hour < preferred_end_hour AND preferred_end_hour <= last
) IS NOT TRUE;

-- tutor.inactive.no_sessions: no session belongs to a tutor whose active_status is false
SELECT sessions.position, session_id, tutor_id FROM sessions JOIN tutor_profiles USING (tutor_id) WHERE NOT active_status;

-- tutor.silent_after_leaving: no session, engagement event or intervention comes after the tutor's tutor_left event
WITH done AS (
    SELECT position, 'session' AS what, session_id AS id, tutor_id, session_datetime AS moment FROM sessions
    UNION ALL SELECT position, 'engagement event', event_id, tutor_id, timestamp FROM engagement_events
    UNION ALL SELECT position, 'intervention', intervention_id, tutor_id, sent_at FROM interventions
)
SELECT done.position, what, id, tutor_id, moment, timestamp AS left_at
FROM done JOIN tutor_left USING (tutor_id) WHERE moment > timestamp;

-- tutor.last_login: last_login is the latest login in the log before window_end, null where there is none
SELECT tutor_profiles.position, tutor_id, last_login, latest
FROM tutor_profiles LEFT JOIN (
    SELECT tutor_id, max(timestamp) AS latest FROM login WHERE timestamp < $window_end GROUP BY tutor_id
) USING (tutor_id)
WHERE last_login IS DISTINCT FROM latest;

-- time.weekend_hours: weekend sessions start from 8:00 to 21:00, both included
SELECT position, session_id, session_datetime FROM sessions
WHERE is_weekend(session_datetime) AND hour_of(session_datetime) NOT BETWEEN 8 AND 21;

-- time.duration.actual_range: the actual duration is about the scheduled one, rounded outwards to whole minutes, and
-- that one if none was held; a product as near to a whole number as its last bit is that number
SELECT position, session_id, session_completed, scheduled_duration_min, actual_duration_min FROM sessions
WHERE actual_duration_min < floor(scheduled_duration_min
        * CASE WHEN session_completed THEN $sessions.measures.duration_factor@session_datetime[1] ELSE 1 END + 1e-9)
    OR actual_duration_min > ceil(scheduled_duration_min
        * CASE WHEN session_completed THEN $sessions.measures.duration_factor@session_datetime[2] ELSE 1 END - 1e-9);

-- time.no_double_booking.tutor: each of a tutor's sessions starts at or after the scheduled end of the one before
SELECT position, session_id, tutor_id, session_datetime, rival, free_at FROM (
    SELECT *, lag(session_id) OVER in_turn AS rival,
        lag(session_datetime + to_minutes(scheduled_duration_min)) OVER in_turn AS free_at
    FROM sessions
    WINDOW in_turn AS (PARTITION BY tutor_id ORDER BY session_datetime, scheduled_duration_min, position)
) WHERE session_datetime < free_at;

-- time.no_double_booking.student: the same of a student's sessions
SELECT position, session_id, student_id, session_datetime, rival, free_at FROM (
    SELECT *, lag(session_id) OVER in_turn AS rival,
        lag(session_datetime + to_minutes(scheduled_duration_min)) OVER in_turn AS free_at
    FROM sessions
    WINDOW in_turn AS (PARTITION BY student_id ORDER BY session_datetime, scheduled_duration_min, position)
) WHERE session_datetime < free_at;

-- session.completed_is_both_showed: a session is completed exactly where the student and the tutor showed
SELECT position, session_id, session_completed, student_showed, tutor_showed FROM sessions
WHERE session_completed <> (student_showed AND tutor_showed);

-- measure.recommend.rule: would_recommend is student_satisfaction >= 7.0, as stored
SELECT position, session_id, would_recommend, student_satisfaction FROM sessions
WHERE would_recommend <> (student_satisfaction >= 7.0);

-- session.subject_of_tutor: a session's subject is one of its tutor's
SELECT sessions.position, session_id, tutor_id, subject, subjects_taught
FROM sessions LEFT JOIN tutor_profiles USING (tutor_id)
WHERE list_contains(subjects_of(subjects_taught), subject) IS NOT TRUE;

-- student.silent_after_churn: no session of a student starts after the student's churned_at
SELECT sessions.position, session_id, student_id, session_datetime, churned_at
FROM sessions JOIN students USING (student_id) WHERE session_datetime > churned_at;

-- session.first_is_first: at most one first session per pair, with no completed one before; a new student's is flagged
WITH logged AS (
    SELECT student_id, tutor_id, arg_min(session_id, position) AS first_logged FROM session_completed GROUP BY ALL
), held AS (
    SELECT student_id, tutor_id, arg_min(session_id, session_datetime) AS first_held FROM sessions
    WHERE session_completed GROUP BY ALL
)
SELECT sessions.position, 'is flagged, and the pair had one before' AS fault, session_id, student_id, tutor_id
FROM sessions JOIN held USING (student_id, tutor_id) LEFT JOIN logged USING (student_id, tutor_id)
WHERE is_first_session AND (
    session_id <> first_held OR session_id <> first_logged
    OR (student_id, tutor_id) IN (SELECT (student_id, tutor_id) FROM pairing_on_record)
)
UNION ALL
SELECT sessions.position, 'is the first of a new student, and not flagged', session_id, student_id, tutor_id
FROM sessions JOIN held USING (student_id, tutor_id) JOIN students USING (student_id)
WHERE session_completed AND is_first_session IS NOT TRUE AND session_id = first_held AND joined_at >= $window_start;

-- aggregate.recomputes: tutors and documented figures of tutor_aggregates are those of sessions
WITH expected AS (
    SELECT position, tutor_id FROM tutor_profiles WHERE active_status AND tutor_id IN (
        SELECT tutor_id FROM sessions
        WHERE session_completed AND session_datetime >= $month_start AND session_datetime < $window_end
    )
)
SELECT position, 'has another figure' AS fault, tutor_id, figure, stored, recomputed FROM wrong_figures
WHERE figure NOT IN ('reschedule_rate_30d', 'no_show_count_30d')
UNION ALL BY NAME
SELECT position, 'is inactive or completed no session, and has a row' AS fault, tutor_id
FROM tutor_aggregates ANTI JOIN expected USING (tutor_id)
UNION ALL BY NAME
SELECT position, 'completed sessions, and has no row' AS fault, tutor_id
FROM expected ANTI JOIN tutor_aggregates USING (tutor_id);

-- aggregate.rates_recompute: reschedule_rate_30d and no_show_count_30d are those of the log and sessions
SELECT * FROM wrong_figures WHERE figure IN ('reschedule_rate_30d', 'no_show_count_30d');

-- aggregate.rating_7d_needs_three: avg_rating_7d is null with fewer sessions in 7 days than it takes
SELECT position, tutor_id, total_sessions_7d, avg_rating_7d FROM tutor_aggregates
WHERE total_sessions_7d < $churn.min_recent_sessions AND avg_rating_7d IS NOT NULL;

-- aggregate.signals_add_up: each signal follows from its definition, and their weighted sum is churn_signals_detected;
-- a rating that falls by just the threshold may show the signal or not, as its last bit decides
WITH stored AS (
    SELECT * FROM (SELECT position, tutor_id, columns('signal_.*') FROM tutor_aggregates)
    UNPIVOT (stored FOR signal IN (COLUMNS('signal_.*')))
), shown AS (SELECT * FROM signals UNPIVOT (shown FOR signal IN (COLUMNS('signal_.*'))))
SELECT position, 'has another signal' AS fault, tutor_id, signal, stored, shown
FROM stored JOIN shown USING (tutor_id, signal)
WHERE stored <> shown
    AND (signal = 'signal_declining_ratings' AND abs(rating_drop - $churn.rating_drop) <= 1e-9) IS NOT TRUE
UNION ALL BY NAME
SELECT position, 'has another sum' AS fault, tutor_id, churn_signals_detected, signals_add_up_to FROM (
    SELECT *, signal_declining_ratings::INT + signal_low_engagement::INT + signal_high_reschedule::INT
        + signal_no_shows::INT + signal_declining_activity::INT
        + signal_poor_first_sessions::INT * $churn.poor_first_sessions_weight AS signals_add_up_to
    FROM tutor_aggregates
) WHERE churn_signals_detected <> signals_add_up_to;

-- aggregate.probability_formula: churn_probability is what the signals come to, plus the tutor's noise, and capped
WITH scored AS (
    SELECT *, least(churn_signals_detected * $churn.probability_per_signal, $churn.probability_cap) AS of_signals,
        least(of_signals + round($churn.score_offset[1], 4), $churn.probability_cap) AS low,
        least(of_signals + round($churn.score_offset[2], 4), $churn.probability_cap) AS high
    FROM tutor_aggregates
)
SELECT scored.position, tutor_id, churn_signals_detected, churn_probability, low, high
FROM scored JOIN decimals ON table_name = 'tutor_aggregates' AND column_name = 'churn_probability'
WHERE differs(churn_probability, least(greatest(churn_probability, low), high), decimals);

-- aggregate.risk_levels: churn_risk_level is High, Medium or Low by churn_probability as stored
SELECT position, tutor_id, churn_probability, churn_risk_level FROM tutor_aggregates
WHERE churn_risk_level IS DISTINCT FROM risk_level(churn_probability, $churn.high_risk, $churn.medium_risk);
