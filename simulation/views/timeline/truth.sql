-- The entries that only the simulator knows of, as in entries.sql; events are those of the log's truth part.

-- burned_out: a veteran tipped into burnout
SELECT tutor_id AS owner, timestamp AS at FROM tutor_tipped;

-- hidden_state: a tutor's hidden state at midnight
SELECT tutor_id AS owner, timestamp AS at, morale, burnout, engagement_lift, extra_sessions_per_week,
    leave_probability_30d
FROM tutor_state_recorded;

-- outcome_drawn: what an intervention was drawn to come to, or came to after all because the tutor left
SELECT tutor_id AS owner, timestamp AS at, intervention_id, outcome, engagement_effect, sessions_effect,
    false AS cut_short
FROM intervention_outcome_drawn
UNION ALL SELECT tutor_id, timestamp, intervention_id, outcome, engagement_effect, sessions_effect, true
FROM intervention_cut_short;

-- leaving_explained: why a tutor or a student left
SELECT tutor_id AS owner, timestamp AS at, reason FROM tutor_leaving_explained
UNION ALL SELECT student_id, timestamp, reason FROM student_leaving_explained;

-- scenario_changed: parameters changed, those that only the simulator knows too; for each agent who is there
WITH agents AS (
    SELECT region, tutor_id AS owner, timestamp AS since FROM tutor_registered
    UNION ALL SELECT region, student_id, timestamp FROM student_joined
), gone AS (
    SELECT tutor_id AS owner, timestamp AS left_at FROM tutor_left
    UNION ALL SELECT student_id, timestamp FROM student_churned
)
SELECT owner, changed.timestamp AS at, changed.content
FROM scenario_changed AS changed JOIN agents USING (region) LEFT JOIN gone USING (owner)
WHERE since <= changed.timestamp AND coalesce(left_at > changed.timestamp, true);
