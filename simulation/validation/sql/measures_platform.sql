-- Figures of the platform: activity, interventions, experiments; each is named after its claim.

-- rows_of_events: how many engagement events there are, and how many of a type per other
SELECT
    count(*) AS "volume.engagement_events",
    count(*) AS "volume.dev.engagement_events",
    share_among(hour(timestamp) < 12, event_type = 'login' AND chronotype = 'morning') AS "event.login.morning_tutors",
    share_among(hour(timestamp) BETWEEN 14 AND 21, event_type = 'login' AND chronotype = 'evening')
        AS "event.login.evening_tutors",
    ratio(count(*) FILTER (WHERE event_type = 'session_scheduled'), count(*) FILTER (WHERE event_type = 'login'))
        AS "event.scheduled_per_login",
    ratio(
        count(*) FILTER (WHERE event_type = 'session_completed'),
        (SELECT count(*) FROM sessions WHERE session_completed)
    ) AS "event.completed_per_session",
    ratio(count(*) FILTER (WHERE event_type = 'email_clicked'), count(*) FILTER (WHERE event_type = 'email_opened'))
        AS "event.email_clicked",
    ratio(
        count(*) FILTER (WHERE event_type = 'coaching_attended'),
        count(*) FILTER (WHERE event_type = 'coaching_scheduled')
    ) AS "event.coaching"
FROM activity;

-- activity_of_tutors: what active tutors do a week or month
SELECT avg(logins) AS "event.login.per_week", share(logins BETWEEN 1.5 AND 5.5) AS "event.login.range",
    avg(updates) AS "event.profile_updates", avg(messages) AS "event.messages"
FROM (
    SELECT 7 * count(*) FILTER (WHERE event_type = 'login') / (epoch($window_end - $window_start) / 86400) AS logins,
        30 * count(*) FILTER (WHERE event_type = 'profile_updated') / (epoch($window_end - $window_start) / 86400)
            AS updates,
        30 * count(*) FILTER (WHERE event_type = 'message_sent') / (epoch($window_end - $window_start) / 86400)
            AS messages
    FROM tutor_profiles LEFT JOIN engagement_events USING (tutor_id) WHERE active_status GROUP BY tutor_id
);

-- logins: those of active tutors after which one of their sessions starts within 1 to 4 hours
SELECT share(EXISTS (
    SELECT 1 FROM sessions WHERE sessions.tutor_id = activity.tutor_id
        AND session_datetime BETWEEN timestamp + INTERVAL 1 HOUR AND timestamp + INTERVAL 4 HOUR
)) AS "event.login.before_session"
FROM activity WHERE event_type = 'login' AND active_status;

-- emails: those sent at least 48 hours before the end, and whether they are opened
SELECT share(intervention_id IN (SELECT intervention_id FROM email_opened)) AS "event.email_opened"
FROM interventions WHERE sent_at <= $window_end - INTERVAL 48 HOUR;

-- interventions: how many, to whom, and when
SELECT
    count(*) AS "volume.interventions",
    count(*) AS "volume.dev.interventions",
    ratio(count(*), count(DISTINCT tutor_id)) AS "intervention.several_per_tutor",
    share(sent_at < $window_start + INTERVAL 3 DAY) AS "intervention.spread",
    count(DISTINCT intervention_type) AS "intervention.all_types",
    share(experiment_id IS NOT NULL) AS "intervention.experiment_share"
FROM interventions;

-- outcomes: what was drawn for interventions
SELECT share(outcome = 'success') AS "intervention.outcome.success",
    share(outcome = 'ignored') AS "intervention.outcome.ignored"
FROM truth_interventions;

-- effects: what successes bring, less what ignored ones do
SELECT
    avg(engagement_after / engagement_before) FILTER (WHERE outcome = 'success')
        - avg(engagement_after / engagement_before) FILTER (WHERE outcome = 'ignored') AS "intervention.effect.realised",
    avg(sessions_after_count - sessions_before_count) FILTER (WHERE outcome = 'success')
        - avg(sessions_after_count - sessions_before_count) FILTER (WHERE outcome = 'ignored')
        AS "intervention.effect.sessions"
FROM outcomes;

-- experiments: how many there are
SELECT
    count(*) AS "volume.experiments",
    count(*) AS "volume.dev.experiments",
    count(*) FILTER (WHERE status = 'completed') AS "experiment.completed_count",
    count(*) FILTER (WHERE status = 'active') AS "experiment.active_count"
FROM experiments;

-- all_assignments: how many there are
SELECT count(*) AS "volume.assignments", count(*) AS "volume.dev.assignments" FROM experiment_assignments;

-- assignments: who is exposed, and converts
SELECT
    share_among(exposed_at IS NOT NULL, status = 'completed') AS "experiment.exposed.completed",
    share_among(exposed_at IS NOT NULL, status = 'active') AS "experiment.exposed.active",
    share_among(converted_at IS NOT NULL, exposed_at IS NOT NULL AND variant = control)
        AS "experiment.conversion.control",
    share_among(converted_at IS NOT NULL, exposed_at IS NOT NULL AND variant <> control)
        AS "experiment.conversion.treatment",
    "experiment.conversion.treatment" - "experiment.conversion.control" AS "experiment.conversion.lift"
FROM assignments;

-- eligible: assigned over eligible tutors at the start
SELECT
    ratio(sum(assigned) FILTER (WHERE status = 'active'), sum(eligible_count) FILTER (WHERE status = 'active'))
        AS "experiment.assigned.active",
    ratio(sum(assigned) FILTER (WHERE status = 'completed'), sum(eligible_count) FILTER (WHERE status = 'completed'))
        AS "experiment.assigned.completed"
FROM experiments JOIN (
    -- of several regions, the first one's
    SELECT experiment_id, arg_min(eligible_count, position) AS eligible_count FROM experiment_started
    GROUP BY experiment_id
) USING (experiment_id) LEFT JOIN (
    SELECT experiment_id, count(*) AS assigned FROM experiment_assignments GROUP BY experiment_id
) USING (experiment_id);

-- balance: smallest over largest number of assignments among the variants of an experiment, mean over experiments
SELECT avg(ratio(fewest, most)) AS "experiment.variants_equal"
FROM (
    SELECT min(assigned) AS fewest, max(assigned) AS most FROM (
        SELECT experiment_id, name, count(variant) AS assigned
        FROM (SELECT experiment_id, unnest(from_json(variants, '["VARCHAR"]')) AS name FROM experiments)
        LEFT JOIN (SELECT experiment_id, variant, variant AS name FROM experiment_assignments)
            USING (experiment_id, name)
        GROUP BY experiment_id, name
    ) GROUP BY experiment_id
);
