-- Rules about engagement events, interventions and experiments: each query gives the rows that break its rule.

-- event.scheduled_after_login: session_scheduled comes some minutes after a login, and names a session that is to come
WITH events AS (SELECT * FROM named_sessions WHERE event_type = 'session_scheduled'),
moved AS (SELECT session_id, arg_max(new_time, position) AS moved_to FROM session_rescheduled GROUP BY session_id),
booked AS (
    SELECT session_id, tutor_id, coalesce(moved_to, scheduled_start) AS start
    FROM session_booked LEFT JOIN moved USING (session_id)
)
SELECT position, 'follows no login in time' AS fault, event_id, tutor_id, timestamp, session_id FROM events
WHERE NOT EXISTS (
    SELECT 1 FROM login WHERE login.tutor_id = events.tutor_id
        AND within_delay(seconds_between(login.timestamp, events.timestamp), $activity.scheduling_minutes@login.timestamp, 60)
)
UNION ALL
SELECT position, 'names no session of the tutor that starts later', event_id, tutor_id, timestamp, session_id
FROM events LEFT JOIN booked USING (session_id, tutor_id) WHERE (start > timestamp) IS NOT TRUE;

-- event.completed_after_session: session_completed names a completed session of the tutor, and comes minutes after it
-- What ends at the midnight of a change is settled before it.
SELECT events.position, event_id, tutor_id, events.timestamp, session_id, held_until
FROM (SELECT * FROM named_sessions WHERE event_type = 'session_completed') AS events
LEFT JOIN (
    SELECT session_id, tutor_id, timestamp AS held_until, timestamp - INTERVAL 1 SECOND AS held FROM session_completed
) USING (session_id, tutor_id)
WHERE within_delay(seconds_between(held_until, events.timestamp), $activity.post_session_minutes@held, 60) IS NOT TRUE;

-- event.email_timing: emails are opened hours after they are sent, and clicked minutes after they are opened
WITH opened AS (
    SELECT position, intervention_id, sent_at, delivered_at, opened_at FROM interventions WHERE opened_at IS NOT NULL
    UNION ALL SELECT email_opened.position, intervention_id, intervention_sent.timestamp, email_delivered.timestamp,
        email_opened.timestamp
    FROM email_opened LEFT JOIN intervention_sent USING (intervention_id)
    LEFT JOIN email_delivered USING (intervention_id)
), clicked AS (
    SELECT position, intervention_id, opened_at, clicked_at FROM interventions WHERE clicked_at IS NOT NULL
    UNION ALL SELECT email_clicked.position, intervention_id, email_opened.timestamp, email_clicked.timestamp
    FROM email_clicked LEFT JOIN email_opened USING (intervention_id)
)
SELECT position, 'is opened out of time' AS fault, intervention_id, sent_at, opened_at FROM opened
WHERE within_delay(seconds_between(sent_at, opened_at), $interventions.open_hours@delivered_at, 3600) IS NOT TRUE
UNION ALL BY NAME
SELECT position, 'is clicked out of time' AS fault, intervention_id, opened_at, clicked_at FROM clicked
WHERE within_delay(seconds_between(opened_at, clicked_at), $interventions.click_minutes@opened_at, 60) IS NOT TRUE;

-- event.email_matches_intervention: email_opened and email_clicked have the moments of the intervention that they name,
-- which is in the table, or else was sent in the warm-up
SELECT position, event_id, event_type, tutor_id, timestamp, intervention_id FROM named_interventions AS events
WHERE NOT EXISTS (
    SELECT 1 FROM interventions AS sent
    WHERE sent.intervention_id = events.intervention_id AND sent.tutor_id = events.tutor_id
        AND events.timestamp = CASE event_type WHEN 'email_opened' THEN opened_at ELSE clicked_at END
) AND (
    intervention_id IN (SELECT intervention_id FROM interventions)
    OR NOT EXISTS (
        SELECT 1 FROM intervention_sent AS sent
        WHERE sent.intervention_id = events.intervention_id AND sent.tutor_id = events.tutor_id
            AND sent.timestamp < $window_start
    )
    OR NOT EXISTS (
        SELECT 1 FROM (
            SELECT 'email_opened' AS event_type, intervention_id, timestamp FROM email_opened
            UNION ALL SELECT 'email_clicked', intervention_id, timestamp FROM email_clicked
        ) AS steps
        WHERE steps.event_type = events.event_type AND steps.intervention_id = events.intervention_id
            AND steps.timestamp = events.timestamp
    )
);

-- event.valid: documented types, valid JSON, and timestamps in the window that do not decrease within a region
WITH events AS (
    SELECT engagement_events.*, lag(engagement_events.timestamp) OVER in_order AS before,
        region > lag(region) OVER in_order AS opens_region
    FROM engagement_events LEFT JOIN (SELECT tutor_id, region FROM tutor_registered) USING (tutor_id)
    WINDOW in_order AS (ORDER BY engagement_events.position)
), judged AS (
    SELECT *, CASE
        WHEN event_type NOT IN (
            'login', 'session_scheduled', 'session_completed', 'profile_updated', 'message_sent', 'coaching_scheduled',
            'coaching_attended', 'email_opened', 'email_clicked'
        ) THEN 'is of no documented type'
        WHEN NOT coalesce(json_valid(event_data), false) THEN 'has event_data that is not JSON'
        WHEN timestamp < $window_start OR timestamp >= $window_end THEN 'lies outside the window'
        WHEN timestamp < before AND opens_region IS NOT TRUE THEN 'comes after a later one' END AS fault
    FROM events
)
SELECT position, fault, event_id, event_type, tutor_id, timestamp, event_data FROM judged WHERE fault IS NOT NULL;

-- intervention.only_at_risk: the risk is Medium or High, as its probability says, and what the named event carries
SELECT sent.position, intervention_id, sent.tutor_id, risk_level_at_trigger, churn_probability_at_trigger,
    triggered_by_event_id, churn_risk_level, churn_probability
FROM interventions AS sent LEFT JOIN triggers ON event_id = triggered_by_event_id
WHERE (
    risk_level_at_trigger IN ('Medium', 'High') AND risk_level_at_trigger = churn_risk_level
    AND risk_level_at_trigger = risk_level(
        churn_probability_at_trigger, $churn.high_risk@triggered_by_event_id, $churn.medium_risk@triggered_by_event_id
    )
    AND churn_probability_at_trigger = churn_probability
) IS NOT TRUE;

-- intervention.max_four: no tutor has more than the scenario's number of interventions in any 30 days
WITH sent AS (
    SELECT 'interventions' AS source, position, intervention_id, tutor_id, sent_at, triggered_by_event_id
    FROM interventions
    UNION ALL
    SELECT 'event_log', position, intervention_id, tutor_id, timestamp, triggered_by_event_id FROM intervention_sent
), crowded AS (
    SELECT *, lag(sent_at, $interventions.max_per_tutor@triggered_by_event_id::INT) OVER (
        PARTITION BY source, tutor_id ORDER BY sent_at, position
    ) AS since FROM sent
)
SELECT min(position) AS position, intervention_id, tutor_id, since, sent_at FROM crowded
WHERE sent_at < since + INTERVAL 30 DAY GROUP BY ALL;

-- intervention.latency: an intervention is created minutes after the tutor's score, or change of it, that it names
SELECT sent.position, intervention_id, sent.tutor_id, created_at, triggered_by_event_id, triggers.tutor_id AS scored,
    timestamp AS scored_at
FROM interventions AS sent LEFT JOIN triggers ON event_id = triggered_by_event_id
WHERE (
    sent.tutor_id = triggers.tutor_id
    AND within_delay(seconds_between(timestamp, created_at), $interventions.latency_minutes@event_id, 60)
) IS NOT TRUE;

-- intervention.outcome_matches_times: ignored ones are not opened, partial ones only opened, successes opened and
-- clicked or answered in five days; steps after the window are in the truth part
WITH judged AS (
    SELECT *, opened_at IS NOT NULL AS opened, clicked_at IS NOT NULL OR responded_at IS NOT NULL AS acted,
        opened OR intervention_id IN (SELECT intervention_id FROM truth_email_opened) AS ever_opened,
        acted OR intervention_id IN (SELECT intervention_id FROM truth_email_clicked)
            OR intervention_id IN (SELECT intervention_id FROM truth_intervention_responded) AS ever_acted
    FROM outcomes
)
SELECT position, intervention_id, tutor_id, sent_at, outcome, opened_at, clicked_at, responded_at FROM judged
WHERE outcome IS NULL OR (outcome = 'ignored' AND ever_opened) OR (outcome = 'partial' AND ever_acted)
    OR (outcome = 'success' AND sent_at <= $window_end - INTERVAL 5 DAY AND NOT (opened AND acted));

-- intervention.metrics_recompute: sessions and engagement of the weeks before and after; null where one leaves the window
WITH weeks AS (
    SELECT *, 'before' AS week, sent_at - INTERVAL 7 DAY AS since, since >= $window_start AS inside,
        sessions_before_count AS stored_count, engagement_before AS stored_engagement FROM interventions
    UNION ALL
    SELECT *, 'after', sent_at, sent_at + INTERVAL 7 DAY <= $window_end, sessions_after_count, engagement_after
    FROM interventions
), recounted AS (
    SELECT weeks.position, intervention_id, weeks.tutor_id, week, sent_at, inside, stored_count, stored_engagement,
        count(session_id) AS held, mean_among(engagement_score, true) AS engagement
    FROM weeks LEFT JOIN sessions ON sessions.tutor_id = weeks.tutor_id AND session_completed
        AND session_datetime >= since AND session_datetime < since + INTERVAL 7 DAY
    GROUP BY ALL
), figures AS (
    SELECT *, 'sessions_' || week || '_count' AS figure, stored_count AS stored,
        CASE WHEN inside THEN held END AS recomputed FROM recounted
    UNION ALL SELECT *, 'engagement_' || week, stored_engagement, CASE WHEN inside THEN engagement END FROM recounted
)
SELECT figures.position, intervention_id, tutor_id, sent_at, figure, stored, recomputed
FROM figures JOIN decimals ON table_name = 'interventions' AND column_name = figure
WHERE differs(stored, recomputed, decimals);

-- intervention.order: created, sent, delivered, opened, then clicked and answered; status is the furthest step
WITH steps AS (
    SELECT *, greatest(created_at, sent_at, delivered_at, opened_at) AS opened_or_before, CASE
        WHEN responded_at IS NOT NULL THEN 'responded' WHEN clicked_at IS NOT NULL THEN 'clicked'
        WHEN opened_at IS NOT NULL THEN 'opened' WHEN delivered_at IS NOT NULL THEN 'delivered'
        WHEN error_message IS NOT NULL THEN 'failed' ELSE 'sent' END AS furthest_step
    FROM interventions
)
SELECT position, 'has a step before the one before it' AS fault, intervention_id, tutor_id, created_at, sent_at,
    delivered_at, opened_at, clicked_at, responded_at FROM steps
WHERE sent_at < created_at OR delivered_at < greatest(created_at, sent_at) OR opened_at < opened_or_before
    OR clicked_at < opened_or_before OR responded_at < opened_or_before
UNION ALL BY NAME
SELECT position, 'has another status' AS fault, intervention_id, tutor_id, status, furthest_step FROM steps
WHERE status <> furthest_step;

-- intervention.effect.ranges: effects lie in the ranges of their type and outcome
SELECT drawn.position, intervention_id, intervention_type, outcome, engagement_effect, sessions_effect
FROM truth_interventions AS drawn LEFT JOIN interventions USING (intervention_id)
LEFT JOIN outcome_bounds USING (intervention_type, outcome)
WHERE (
    engagement_effect BETWEEN engagement[1] AND engagement[2] AND sessions_effect BETWEEN sessions[1] AND sessions[2]
) IS NOT TRUE;

-- intervention.experiment_link: experiment and variant are both null, or an assignment made by the time of sending
SELECT sent.position, intervention_id, sent.tutor_id, sent_at, sent.experiment_id, experiment_variant, assigned_at
FROM interventions AS sent LEFT JOIN experiment_assignments AS made ON made.experiment_id = sent.experiment_id
    AND made.tutor_id = sent.tutor_id AND made.variant = experiment_variant
WHERE (sent.experiment_id IS NOT NULL OR experiment_variant IS NOT NULL) AND (assigned_at <= sent_at) IS NOT TRUE;
