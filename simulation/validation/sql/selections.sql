-- What several queries select from. Each is made once, when a query first names it.

-- lessons: every session, with traits of its tutor
SELECT sessions.*, active_status, months_experience, reliability_score, reschedule_rate, no_show_count,
    preferred_start_hour, preferred_end_hour, subjects_taught
FROM sessions LEFT JOIN tutor_profiles USING (tutor_id);

-- moves_by_tutors: the moves of sessions that tutors asked for
SELECT * FROM (SELECT tutor_id, timestamp, initiated_by FROM session_rescheduled) WHERE initiated_by = 'tutor';

-- aggregates: every row of tutor_aggregates, with traits of the tutor
SELECT tutor_aggregates.*, months_experience, reliability_score, reschedule_rate, no_show_count, avg_historical_rating
FROM tutor_aggregates LEFT JOIN tutor_profiles USING (tutor_id);

-- aggregates_of_personas: the rows of tutor_aggregates, with the tutor's persona
SELECT aggregates.*, persona FROM aggregates JOIN truth_tutors USING (tutor_id);

-- activity: engagement events, with what the tutor is
SELECT engagement_events.*, chronotype, active_status
FROM engagement_events LEFT JOIN tutor_profiles USING (tutor_id);

-- triggers: the events that can trigger an intervention
SELECT event_id, tutor_id, timestamp, churn_probability, churn_risk_level, first_session_avg_rating, avg_rating_7d,
    technical_issue_rate
FROM churn_signals_changed
UNION ALL
SELECT event_id, tutor_id, timestamp, churn_probability, churn_risk_level, first_session_avg_rating, avg_rating_7d,
    technical_issue_rate
FROM churn_scored;

-- outcomes: interventions with their drawn outcomes
SELECT interventions.*, outcome FROM interventions LEFT JOIN truth_interventions USING (intervention_id);

-- assignments: assignments to experiments, with the experiment's status and control variant
SELECT experiment_assignments.*, status, json_extract_string(variants, '$[0]') AS control
FROM experiment_assignments JOIN experiments USING (experiment_id);

-- recomputed: figures of tutor_aggregates by tutor, out of sessions and moves, unrounded
WITH counted AS (
    SELECT sessions.*, session_datetime >= $month_start AND session_datetime < $window_end AS in_month,
        session_completed AND session_datetime >= $month_start AND session_datetime < $window_end AS month,
        session_completed AND session_datetime >= $week_start AND session_datetime < $window_end AS week
    FROM sessions
), moved AS (
    SELECT tutor_id, count(*) AS moves FROM moves_by_tutors
    WHERE timestamp >= $month_start AND timestamp < $window_end GROUP BY tutor_id
), averaged AS (
    SELECT tutor_id,
        count(*) FILTER (WHERE month) AS total_sessions_30d,
        count(*) FILTER (WHERE week) AS total_sessions_7d,
        count(*) FILTER (WHERE in_month) AS scheduled,
        mean_among(student_rating, month) AS avg_rating_30d,
        CASE WHEN count(*) FILTER (WHERE week) >= $churn.min_recent_sessions
            THEN mean_among(student_rating, week) END AS avg_rating_7d,
        mean_among(engagement_score, month) AS avg_engagement_score,
        mean_among(empathy_score, month) AS avg_empathy_score,
        mean_among(clarity_score, month) AS avg_clarity_score,
        mean_among(student_satisfaction, month) AS avg_student_satisfaction,
        count(*) FILTER (WHERE month AND is_first_session) AS first_session_count,
        mean_among(student_rating, month AND is_first_session) AS first_session_avg_rating,
        mean_among(would_recommend::INT, month) AS recommendation_rate,
        mean_among(had_technical_issues::INT, month) AS technical_issue_rate,
        mean_among(overall_sentiment, week) AS sentiment_trend_7d,
        count(*) FILTER (WHERE in_month AND NOT tutor_showed) AS no_show_count_30d
    FROM tutor_aggregates LEFT JOIN counted USING (tutor_id) GROUP BY tutor_id
)
SELECT *, coalesce(ratio(coalesce(moves, 0), scheduled), 0) AS reschedule_rate_30d,
    coalesce(first_session_avg_rating < $churn.poor_first_session_rating, false) AS poor_first_session_flag
FROM averaged LEFT JOIN moved USING (tutor_id);

-- wrong_figures: figures of tutor_aggregates that are not those recomputed, to their stored precision
WITH stored AS (
    SELECT * FROM (SELECT position, tutor_id, columns(* EXCLUDE (position, tutor_id, churn_risk_level))::DOUBLE
        FROM tutor_aggregates)
    UNPIVOT INCLUDE NULLS (stored FOR figure IN (COLUMNS(* EXCLUDE (position, tutor_id))))
), exact AS (
    SELECT * FROM (SELECT tutor_id, columns(* EXCLUDE (tutor_id, moves, scheduled))::DOUBLE FROM recomputed)
    UNPIVOT INCLUDE NULLS (exact FOR figure IN (COLUMNS(* EXCLUDE (tutor_id))))
)
SELECT position, tutor_id, figure, stored, exact AS recomputed
FROM stored JOIN exact USING (tutor_id, figure) JOIN decimals ON decimals.column_name = figure
WHERE table_name = 'tutor_aggregates' AND differs(stored, exact, decimals);

-- signals: the six churn signals by tutor, out of the figures recomputed; a comparison with nothing is false
SELECT tutor_id, avg_rating_30d - avg_rating_7d AS rating_drop,
    coalesce(rating_drop > $churn.rating_drop, false) AS signal_declining_ratings,
    coalesce(avg_engagement_score < $churn.low_engagement, false) AS signal_low_engagement,
    coalesce(reschedule_rate_30d > $churn.high_reschedule_rate, false) AS signal_high_reschedule,
    poor_first_session_flag AS signal_poor_first_sessions,
    no_show_count_30d > $churn.no_show_limit AS signal_no_shows,
    total_sessions_7d < total_sessions_30d / $churn.activity_divisor AS signal_declining_activity
FROM recomputed;

-- named_sessions: engagement events that name a session
SELECT *, json_extract_string(CASE WHEN json_valid(event_data) THEN event_data END, '$.session_id') AS session_id
FROM engagement_events WHERE event_type IN ('session_scheduled', 'session_completed');

-- named_interventions: engagement events about emails, with the intervention that they name
SELECT *, json_extract_string(CASE WHEN json_valid(event_data) THEN event_data END, '$.intervention_id')
    AS intervention_id
FROM engagement_events WHERE event_type IN ('email_opened', 'email_clicked');

-- numbered_events: the events of both parts of the log, with the numbers in their ids; null where an id is none
WITH events AS (
    SELECT *, false AS of_truth FROM event_log UNION ALL SELECT *, true AS of_truth FROM truth_event_log
)
SELECT position, of_truth, event_type, event_id, region, time_utc, timestamp,
    try_cast(regexp_extract(event_id, '^EV([0-9]{6,})(T[0-9]{2,})?$', 1) AS BIGINT) AS sequence,
    coalesce(try_cast(regexp_extract(event_id, 'T([0-9]+)$', 1) AS BIGINT), 0) AS ordinal
FROM events;
