-- The entries of timelines: for each kind a query, which gives owner, moment, and then the fields of the kind.
-- Queries read events by their type, and the table of sessions. Entries of one moment come as they do here.

-- session: one that was held or missed, from its real start
-- The start of one that was missed is that of the calendars, it ends when nobody waits any longer, and what is measured
-- in sessions is null there.
SELECT unnest([tutor_id, student_id]) AS owner, coalesce(started_at, session_datetime) AS at,
    coalesce(held_until, missed_at) AS ended_at, session_id, tutor_id, student_id, subject,
    session_datetime AS scheduled_start, scheduled_duration_min,
    CASE WHEN session_completed THEN 'completed'
        WHEN student_showed THEN 'tutor_no_show'
        WHEN tutor_showed THEN 'student_no_show'
        ELSE 'both_no_show' END AS outcome,
    actual_duration_min, is_first_session, student_rating, student_satisfaction, engagement_score,
    had_technical_issues, connection_quality, reschedule_count
FROM sessions
LEFT JOIN (SELECT session_id, started_at, timestamp AS held_until FROM session_completed) USING (session_id)
LEFT JOIN (
    SELECT session_id, min(timestamp) AS missed_at
    FROM (SELECT session_id, timestamp FROM student_no_show UNION ALL SELECT session_id, timestamp FROM tutor_no_show)
    GROUP BY session_id
) USING (session_id)
ORDER BY position;

-- reschedule: a booked session was moved, by tutor or student
SELECT unnest([tutor_id, student_id]) AS owner, timestamp AS at, session_id, tutor_id, student_id, initiated_by,
    old_time, new_time
FROM session_rescheduled;

-- cancellation: a booked session was called off
SELECT unnest([tutor_id, student_id]) AS owner, timestamp AS at, session_id, tutor_id, student_id, reason
FROM session_cancelled;

-- joined: a student enrolled
SELECT student_id AS owner, joined_at AS at FROM student_joined;

-- left: a tutor or a student left for good; the session is that after which a student did, if any
SELECT tutor_id AS owner, timestamp AS at, NULL AS session_id FROM tutor_left
UNION ALL SELECT student_id, timestamp, session_id FROM student_churned;

-- refusal: no tutor could take a session that the student asked for
SELECT refused.student_id AS owner, refused.timestamp AS at, session_id, subject, requested_start, reason
FROM request_refused AS refused LEFT JOIN session_requested USING (session_id)
ORDER BY refused.position;

-- login: a tutor logged in
SELECT tutor_id AS owner, timestamp AS at, device FROM login;

-- session_scheduled: a tutor prepared a session; the detail is what was done
SELECT tutor_id AS owner, timestamp AS at, activity AS detail, session_id FROM session_scheduled;

-- post_session_activity: a tutor followed up on a session; the detail is what was done
SELECT tutor_id AS owner, timestamp AS at, activity AS detail, session_id FROM post_session_activity;

-- profile_updated: a tutor changed the public profile; the detail is which part
SELECT tutor_id AS owner, timestamp AS at, profile_section AS detail, NULL AS session_id FROM profile_updated;

-- message_sent: a tutor wrote a message; the detail is to whom
SELECT tutor_id AS owner, timestamp AS at, recipient_type AS detail, NULL AS session_id FROM message_sent;

-- email_step: what became of an intervention's email; the detail is the kind of answer, or why it bounced
SELECT tutor_id AS owner, timestamp AS at, intervention_id, 'delivered' AS step, NULL AS detail FROM email_delivered
UNION ALL SELECT tutor_id, timestamp, intervention_id, 'failed', error_message FROM email_failed
UNION ALL SELECT tutor_id, timestamp, intervention_id, 'opened', NULL FROM email_opened
UNION ALL SELECT tutor_id, timestamp, intervention_id, 'clicked', NULL FROM email_clicked
UNION ALL SELECT tutor_id, timestamp, intervention_id, 'responded', response_type FROM intervention_responded;

-- coaching: coaching was scheduled for a moment after an intervention, or attended
SELECT tutor_id AS owner, timestamp AS at, intervention_id, 'scheduled' AS step, coaching_at FROM coaching_scheduled
UNION ALL SELECT tutor_id, timestamp, intervention_id, 'attended', NULL FROM coaching_attended;

-- experiment_step: a tutor was assigned to a variant, exposed to it, or converted; the value is a conversion's
WITH steps AS (
    SELECT *, 1 AS number, 'assigned' AS step FROM experiment_assigned
    UNION ALL BY NAME SELECT *, 2 AS number, 'exposed' AS step FROM experiment_exposed
    UNION ALL BY NAME SELECT *, 3 AS number, 'converted' AS step FROM experiment_converted
)
SELECT tutor_id AS owner, timestamp AS at, experiment_id, name, step, variant, conversion_value AS value
FROM steps LEFT JOIN (SELECT DISTINCT experiment_id, name FROM experiment_started) USING (experiment_id)
ORDER BY number, position;

-- rules_changed: the platform changed the rules by which it scores tutors and writes to them; for each tutor who is there
SELECT tutor_id AS owner, changed.timestamp AS at, changed.content
FROM parameters_changed AS changed JOIN tutor_registered USING (region)
LEFT JOIN (SELECT tutor_id, timestamp AS left_at FROM tutor_left) USING (tutor_id)
WHERE active_status AND coalesce(left_at > changed.timestamp, true);

-- intervention: one that was decided, and what became of it; one that was withheld was due, and nothing of it was sent
-- The trigger is the event with the score that it was decided on; `earlier` are the tutor's interventions before.
WITH decided AS (
    SELECT tutor_id, created_at AS decided_at, intervention_id, intervention_type, false AS withheld,
        risk_level_at_trigger, churn_probability_at_trigger, triggered_by_event_id, subject, experiment_id,
        experiment_variant, timestamp AS sent_at
    FROM intervention_sent
    UNION ALL BY NAME
    SELECT tutor_id, timestamp AS decided_at, intervention_id, intervention_type, true AS withheld,
        risk_level_at_trigger, churn_probability_at_trigger, triggered_by_event_id
    FROM intervention_withheld
)
SELECT decided.tutor_id AS owner, decided_at AS at, intervention_id, intervention_type, withheld,
    risk_level_at_trigger AS level, churn_probability_at_trigger AS probability, triggered_by_event_id AS trigger,
    subject, experiment_id, experiment_variant, sent_at, delivered.timestamp AS delivered_at,
    opened.timestamp AS opened_at, clicked.timestamp AS clicked_at, responded.timestamp AS responded_at, response_type,
    failed.timestamp AS failed_at, error_message, list(decided_at) OVER before AS earlier
FROM decided
LEFT JOIN email_delivered AS delivered USING (intervention_id)
LEFT JOIN email_opened AS opened USING (intervention_id)
LEFT JOIN email_clicked AS clicked USING (intervention_id)
LEFT JOIN intervention_responded AS responded USING (intervention_id)
LEFT JOIN email_failed AS failed USING (intervention_id)
WINDOW before AS (PARTITION BY decided.tutor_id ORDER BY decided_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
ORDER BY decided_at, intervention_id;
