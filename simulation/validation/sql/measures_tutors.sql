-- Figures of tutors: one query gives those of one selection, and each is named after its claim.

-- profiles: who the tutors are
SELECT
    count(*) AS "volume.tutors",
    count(*) AS "volume.dev.tutors",
    avg(months_experience) AS "tutor.experience.mean",
    share(months_experience BETWEEN 6 AND 36) AS "tutor.experience.most_6_36",
    share(months_experience > 60) AS "tutor.experience.veterans",
    avg(reliability_score) AS "tutor.reliability.mean",
    skewness(reliability_score) AS "tutor.reliability.skew",
    avg(avg_historical_rating) AS "tutor.rating.mean",
    corr(reliability_score, reschedule_rate) AS "tutor.reschedule.falls_with_reliability",
    share(no_show_count >= 1) AS "tutor.no_show.share",
    avg(no_show_count) FILTER (WHERE no_show_count >= 1) AS "tutor.no_show.mean_flagged",
    share(len(subjects_of(subjects_taught)) = 1) AS "tutor.subjects.one",
    share(len(subjects_of(subjects_taught)) = 3) AS "tutor.subjects.three",
    share(active_status) AS "tutor.active.share",
    greatest(
        abs(share(certification_level = 'Basic') - 0.50), abs(share(certification_level = 'Advanced') - 0.35),
        abs(share(certification_level = 'Expert') - 0.15)
    ) AS "tutor.certification",
    corr(months_experience, total_sessions_completed) AS "tutor.sessions_grow_with_experience",
    corr(months_experience, reliability_score) AS "tutor.corr.experience_reliability",
    corr(reliability_score, avg_historical_rating) AS "tutor.corr.reliability_rating",
    share(chronotype = 'morning') AS "time.morning_share",
    share(months_experience < 6 AND avg_historical_rating >= 4.8) AS "edge.new_high_performers",
    share(reschedule_rate > 0.20) AS "edge.chronic_reschedulers"
FROM tutor_profiles;

-- ids: how far ids' numbers and places of rows go with traits
SELECT greatest(
    abs(corr(number, reliability_score)), abs(corr(number, months_experience)), abs(corr(number, no_show_count)),
    abs(corr(position, reliability_score)), abs(corr(position, months_experience)), abs(corr(position, no_show_count))
) AS "whole.ids_give_nothing_away"
FROM (SELECT *, tutor_id[2:]::BIGINT AS number FROM tutor_profiles);

-- leavers: active tutors who left in the window
SELECT share(tutor_id IN (SELECT tutor_id FROM tutor_left WHERE timestamp >= $window_start AND timestamp < $window_end))
    AS "tutor.left_share"
FROM tutor_profiles WHERE active_status;

-- ratings: slope of the rating on reliability within personas
SELECT ratio(sum(sxy), sum(sxx)) AS "tutor.rating.reliability_slope"
FROM (
    SELECT regr_sxy(avg_historical_rating, reliability_score) AS sxy,
        regr_sxx(avg_historical_rating, reliability_score) AS sxx
    FROM tutor_profiles JOIN truth_tutors USING (tutor_id) GROUP BY persona
);

-- aggregates: how figures of aggregates go together
SELECT
    corr(no_show_count, churn_probability) AS "aggregate.corr.no_show_churn",
    avg(churn_probability) FILTER (WHERE signal_declining_ratings)
        - avg(churn_probability) FILTER (WHERE signal_declining_ratings IS NOT TRUE)
        AS "aggregate.declining_raises_churn",
    corr(avg_empathy_score, months_experience) AS "aggregate.corr.empathy_experience",
    corr(avg_historical_rating, avg_rating_30d) AS "aggregate.corr.historical_rating"
FROM aggregates;

-- monitor: tutors who stayed, and whether the platform scored them as their row says
SELECT share(abs(churn_scored.churn_probability - tutor_aggregates.churn_probability) < 1e-9)
    AS "aggregate.agrees_with_monitor"
FROM tutor_aggregates
LEFT JOIN churn_scored ON churn_scored.tutor_id = tutor_aggregates.tutor_id AND churn_scored.timestamp = $window_end
WHERE tutor_aggregates.tutor_id NOT IN (SELECT tutor_id FROM tutor_left);

-- empathy: slope of empathy on reliability within personas
SELECT ratio(sum(sxy), sum(sxx)) AS "measure.empathy.reliability_slope"
FROM (
    SELECT regr_sxy(avg_empathy_score, reliability_score) AS sxy, regr_sxx(avg_empathy_score, reliability_score) AS sxx
    FROM aggregates_of_personas GROUP BY persona
);

-- shares_of_personas: how many tutors are of each persona
SELECT greatest(
    abs(share(persona = 'rock_star') - 0.10), abs(share(persona = 'solid_performer') - 0.50),
    abs(share(persona = 'struggling_newbie') - 0.15), abs(share(persona = 'burned_out_veteran') - 0.05),
    abs(share(persona = 'no_show_problem') - 0.08)
) AS "persona.share"
FROM truth_tutors;

-- ranges_of_personas: traits in the ranges of the persona, both ends included
SELECT share(CASE persona
    WHEN 'rock_star' THEN months_experience BETWEEN 36 AND 60 AND reliability_score BETWEEN 0.85 AND 0.95
        AND reschedule_rate BETWEEN 0 AND 0.049  -- below 0.05, to the decimals that are stored
        AND avg_historical_rating BETWEEN 4.7 AND 5.0
    WHEN 'solid_performer' THEN months_experience BETWEEN 12 AND 36 AND reliability_score BETWEEN 0.70 AND 0.85
        AND reschedule_rate BETWEEN 0.05 AND 0.12 AND avg_historical_rating BETWEEN 4.0 AND 4.5
    WHEN 'struggling_newbie' THEN months_experience BETWEEN 1 AND 6 AND reliability_score BETWEEN 0.50 AND 0.70
        AND reschedule_rate BETWEEN 0.10 AND 0.20 AND avg_historical_rating BETWEEN 3.5 AND 4.0
    WHEN 'burned_out_veteran' THEN months_experience BETWEEN 48 AND 120 AND reliability_score BETWEEN 0.60 AND 0.75
        AND reschedule_rate BETWEEN 0.15 AND 0.25
    WHEN 'no_show_problem' THEN reliability_score BETWEEN 0.40 AND 0.60 AND no_show_count BETWEEN 3 AND 8
    END) AS "persona.trait_ranges"
FROM tutor_profiles JOIN truth_tutors USING (tutor_id)
WHERE persona IN ('rock_star', 'solid_performer', 'struggling_newbie', 'burned_out_veteran', 'no_show_problem');

-- personas: what becomes of each persona
SELECT
    avg(churn_probability) FILTER (WHERE persona = 'rock_star') AS "persona.rock_star.churn",
    avg(avg_rating_30d) FILTER (WHERE persona = 'rock_star') AS "persona.rock_star.rating",
    share_among(avg_empathy_score BETWEEN 8 AND 10, persona = 'rock_star') AS "persona.rock_star.empathy",
    avg(churn_probability) FILTER (WHERE persona = 'solid_performer') AS "persona.solid.churn",
    avg(avg_rating_30d) FILTER (WHERE persona = 'solid_performer') AS "persona.solid.rating",
    share_among(avg_empathy_score BETWEEN 6 AND 8, persona = 'solid_performer') AS "persona.solid.empathy",
    avg(churn_probability) FILTER (WHERE persona = 'struggling_newbie') AS "persona.newbie.churn",
    avg(first_session_avg_rating) FILTER (WHERE persona = 'struggling_newbie') AS "persona.newbie.first_session",
    avg(avg_rating_30d) FILTER (WHERE persona = 'struggling_newbie') AS "persona.newbie.rating",
    share_among(avg_empathy_score BETWEEN 4 AND 6, persona = 'struggling_newbie') AS "persona.newbie.empathy",
    avg(churn_probability) FILTER (WHERE persona = 'burned_out_veteran') AS "persona.veteran.churn",
    avg(avg_rating_30d) FILTER (WHERE persona = 'burned_out_veteran') AS "persona.veteran.rating_30d",
    avg(avg_rating_7d) FILTER (WHERE persona = 'burned_out_veteran') AS "persona.veteran.rating_7d",
    avg(churn_probability) FILTER (WHERE persona = 'no_show_problem') AS "persona.no_show.churn",
    avg(avg_rating_30d) FILTER (WHERE persona = 'no_show_problem') AS "persona.no_show.decent"
FROM aggregates_of_personas;

-- sentiment_of_veterans: their sentiment of the last week, less that of their first 7 days
SELECT avg(sentiment_trend_7d - at_first) AS "persona.veteran.sentiment_falls"
FROM aggregates_of_personas JOIN (
    SELECT tutor_id, avg(overall_sentiment) AS at_first FROM sessions
    WHERE session_completed AND session_datetime < $window_start + INTERVAL 7 DAY GROUP BY tutor_id
) USING (tutor_id)
WHERE persona = 'burned_out_veteran';

-- reschedules_of_veterans: their moves per session in the last 10 days, less the same in the first 10
WITH spans AS (
    SELECT $window_end - INTERVAL 10 DAY AS low, $window_end AS high, 1 AS sign
    UNION ALL SELECT $window_start, $window_start + INTERVAL 10 DAY, -1
), veterans AS (SELECT tutor_id FROM truth_tutors WHERE persona = 'burned_out_veteran')
SELECT CASE WHEN count(rate) = 2 THEN sum(sign * rate) END AS "persona.veteran.reschedules_rise"
FROM (
    SELECT sign, ratio(
        (SELECT count(*) FROM moves_by_tutors JOIN veterans USING (tutor_id) WHERE timestamp >= low AND timestamp < high),
        (SELECT count(*) FROM sessions JOIN veterans USING (tutor_id)
            WHERE session_datetime >= low AND session_datetime < high)
    ) AS rate FROM spans
);

-- technical_victims: active tutors with bad lines and good ratings
SELECT share(technical_issue_rate > 0.15 AND avg_rating_30d >= 4.0) AS "edge.technical_victims"
FROM tutor_profiles LEFT JOIN tutor_aggregates USING (tutor_id) WHERE active_status;

-- sessions_of_tutors: sessions of each active tutor
SELECT
    share(on_weekends > 0 AND on_weekdays = 0) AS "edge.weekend_warriors",
    (
        -- Spearman's correlation: equal values share the mean of their ranks
        SELECT corr(rank_of_career, rank_of_sessions) FROM (
            SELECT rank() OVER (ORDER BY career) + count(*) OVER (PARTITION BY career) / 2 AS rank_of_career,
                rank() OVER (ORDER BY held) + count(*) OVER (PARTITION BY held) / 2 AS rank_of_sessions
            FROM (
                SELECT total_sessions_completed AS career, count(session_id) AS held
                FROM tutor_profiles LEFT JOIN sessions USING (tutor_id)
                WHERE active_status AND weekend_only IS NOT TRUE GROUP BY tutor_id, career
            )
        )
    ) AS "time.activity_weight"
FROM (
    SELECT count(*) FILTER (WHERE is_weekend(session_datetime)) AS on_weekends,
        count(*) FILTER (WHERE NOT is_weekend(session_datetime)) AS on_weekdays
    FROM tutor_profiles LEFT JOIN sessions USING (tutor_id) WHERE active_status GROUP BY tutor_id
);
