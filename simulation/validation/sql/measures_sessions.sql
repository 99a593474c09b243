-- Figures of sessions and students: one query gives those of one selection, and each is named after its claim.

-- window: how long it is
SELECT epoch($window_end - $window_start) / 86400 AS "volume.dev.days";

-- all: sessions, held or not
SELECT
    count(*) AS "volume.sessions",
    count(*) AS "volume.dev.sessions",
    share(session_completed) AS "volume.completed_rate",
    share(session_completed) AS "volume.dev.completed_rate",
    share(hour_of(session_datetime) >= preferred_start_hour AND hour_of(session_datetime) < preferred_end_hour)
        AS "time.preferred_share",
    share_among(hour(session_datetime) IN (6, 7, 22, 23), reliability_score < 0.6)
        - share_among(hour(session_datetime) IN (6, 7, 22, 23), reliability_score >= 0.6) AS "time.odd_hours",
    share(scheduled_duration_min = 60) AS "time.duration.60",
    share(scheduled_duration_min = 30) AS "time.duration.30",
    share(student_showed) AS "session.student_show",
    -- slope, through the origin, on min(no_show_count * 0.01, 0.15); tutors count by their sessions
    ratio(
        sum(least(no_show_count * 0.01, 0.15)) FILTER (WHERE NOT tutor_showed),
        sum(least(no_show_count * 0.01, 0.15) ** 2)
    ) AS "session.tutor_no_show_slope",
    share_among(NOT tutor_showed, no_show_count = 0) AS "session.tutor_no_show_zero",
    distance_of_qualities(connection_quality, at_peak, 0.50, 0.30, 0.15, 0.05) AS "session.connection.weekday_peak",
    distance_of_qualities(connection_quality, on_weekend, 0.65, 0.28, 0.06, 0.01) AS "session.connection.weekend",
    distance_of_qualities(connection_quality, NOT at_peak AND NOT on_weekend, 0.60, 0.30, 0.08, 0.02)
        AS "session.connection.normal"
FROM (
    SELECT *, is_weekend(session_datetime) AS on_weekend,
        NOT is_weekend(session_datetime) AND hour(session_datetime) BETWEEN 18 AND 20 AS at_peak
    FROM lessons
);

-- weekends: sessions per weekend day over those per weekday
WITH days AS (SELECT is_weekend(day) AS free FROM (SELECT unnest(range($window_start, $window_end, INTERVAL 1 DAY)) AS day))
SELECT ratio(
    ratio(count(*) FILTER (WHERE is_weekend(session_datetime)), (SELECT count(*) FROM days WHERE free)),
    ratio(count(*) FILTER (WHERE NOT is_weekend(session_datetime)), (SELECT count(*) FROM days WHERE NOT free))
) AS "time.weekend_volume"
FROM sessions;

-- subjects: largest distance of subjects' shares from those of equal chances among the tutor's subjects
SELECT ratio(max(abs(surplus)), (SELECT count(*) FROM sessions)) AS "session.subject_distribution"
FROM (
    SELECT subject, sum(weight) AS surplus FROM (
        SELECT subject, 1.0 AS weight FROM sessions
        UNION ALL SELECT unnest(subjects_of(subjects_taught)), -1.0 / len(subjects_of(subjects_taught)) FROM lessons
    ) GROUP BY subject
);

-- completed: what is measured in sessions that were held
SELECT
    avg(student_attention_pct) AS "measure.attention.mean", stddev_samp(student_attention_pct) AS "measure.attention.sd",
    avg(tutor_camera_on_pct) AS "measure.camera.mean", stddev_samp(tutor_camera_on_pct) AS "measure.camera.sd",
    avg(tutor_speak_ratio) AS "measure.speak.mean", stddev_samp(tutor_speak_ratio) AS "measure.speak.sd",
    avg(screen_share_pct) AS "measure.screen.mean", stddev_samp(screen_share_pct) AS "measure.screen.sd",
    avg(overall_sentiment) AS "measure.sentiment.mean", stddev_samp(overall_sentiment) AS "measure.sentiment.sd",
    avg(empathy_score) AS "measure.empathy.mean", stddev_samp(empathy_score) AS "measure.empathy.sd",
    avg(clarity_score) AS "measure.clarity.mean", stddev_samp(clarity_score) AS "measure.clarity.sd",
    avg(engagement_score) AS "measure.engagement.mean", stddev_samp(engagement_score) AS "measure.engagement.sd",
    avg(student_rating) AS "measure.rating.mean", stddev_samp(student_rating) AS "measure.rating.sd",
    avg(student_satisfaction) AS "measure.satisfaction.mean", stddev_samp(student_satisfaction) AS "measure.satisfaction.sd",
    corr(reliability_score, student_attention_pct) AS "measure.attention.reliability",
    regr_slope(overall_sentiment, reliability_score) AS "measure.sentiment.reliability_slope",
    avg(student_sentiment - overall_sentiment) AS "measure.sentiment.student_gap",
    avg(tutor_sentiment) AS "measure.sentiment.tutor_mean",
    regr_slope(student_satisfaction, student_rating) AS "measure.satisfaction.rating_slope",
    share(would_recommend) AS "measure.recommend.rate",
    corr(empathy_score, student_satisfaction) AS "measure.corr.empathy_satisfaction",
    corr(1 - 2 * abs(tutor_speak_ratio - 0.5), engagement_score) AS "measure.corr.balance_engagement",
    share_among(student_rating < 3.5, is_first_session) AS "measure.first_session_failures",
    avg(actual_duration_min / scheduled_duration_min) AS "time.duration.actual_mean",
    stddev_samp(actual_duration_min / scheduled_duration_min) AS "time.duration.actual_sd",
    share(is_first_session) AS "session.first_share",
    share(had_technical_issues) AS "session.technical_issues"
FROM lessons WHERE session_completed;

-- first_sessions: of those at least 7 days before the end, after which ones the student churns
SELECT share_among(ends_it, student_rating < 3.5) AS "student.churn_after_poor_first",
    share_among(ends_it, student_rating >= 3.5) AS "student.churn_after_good_first"
FROM (
    SELECT *, session_id IN (SELECT churned_after_session_id FROM students) AS ends_it FROM sessions
    WHERE session_completed AND is_first_session AND session_datetime <= $window_end - INTERVAL 7 DAY
);

-- churners: of students who churn in the window, those who do so after a poor first session
SELECT share(churned_after_session_id IN (
    SELECT session_id FROM sessions WHERE session_completed AND is_first_session AND student_rating < 3.5
)) AS "student.churners_from_poor_first"
FROM students WHERE churned_at >= $window_start AND churned_at < $window_end;

-- moves: who moves sessions
SELECT share(initiated_by = 'tutor') AS "reschedule.tutor_initiated" FROM session_rescheduled;

-- moves_and_traits: slope, through the origin, of moves per session on the trait; tutors count by their sessions
SELECT ratio(
    sum(lessons.reschedule_rate * reschedule_rate_30d),
    sum(lessons.reschedule_rate ** 2) FILTER (WHERE reschedule_rate_30d IS NOT NULL)
) AS "reschedule.follows_trait"
FROM lessons JOIN aggregates USING (tutor_id);

-- trends: slopes of scores on the share of the window that is over, within tutors, over the mean score
WITH by_tutor AS (
    SELECT reliability_score < 0.6 AS low, reliability_score > 0.8 AS high,
        regr_sxx(empathy_score, elapsed) AS empathy_sxx, regr_sxy(empathy_score, elapsed) AS empathy_sxy,
        regr_sxx(clarity_score, elapsed) AS clarity_sxx, regr_sxy(clarity_score, elapsed) AS clarity_sxy,
        regr_sxx(engagement_score, elapsed) AS engagement_sxx, regr_sxy(engagement_score, elapsed) AS engagement_sxy,
        sum(empathy_score) AS empathy, sum(clarity_score) AS clarity, sum(engagement_score) AS engagement,
        count(*) AS held
    FROM (
        SELECT *, epoch(session_datetime - $window_start) / epoch($window_end - $window_start) AS elapsed
        FROM lessons WHERE session_completed
    ) GROUP BY tutor_id, reliability_score
)
SELECT
    sum(empathy_sxy) FILTER (WHERE low) / sum(empathy_sxx) FILTER (WHERE low)
        * sum(held) FILTER (WHERE low) / sum(empathy) FILTER (WHERE low) AS "trend.low_reliability_declines",
    sum(clarity_sxy) FILTER (WHERE low) / sum(clarity_sxx) FILTER (WHERE low)
        * sum(held) FILTER (WHERE low) / sum(clarity) FILTER (WHERE low) AS "trend.low_reliability_clarity",
    sum(engagement_sxy) FILTER (WHERE low) / sum(engagement_sxx) FILTER (WHERE low)
        * sum(held) FILTER (WHERE low) / sum(engagement) FILTER (WHERE low) AS "trend.low_reliability_engagement",
    sum(empathy_sxy) FILTER (WHERE high) / sum(empathy_sxx) FILTER (WHERE high)
        * sum(held) FILTER (WHERE high) / sum(empathy) FILTER (WHERE high) AS "trend.high_reliability_holds"
FROM by_tutor;

-- days: spread of the days' means, over the mean of all sessions
SELECT
    stddev_samp(engagement) / any_value(of_all.engagement_score) AS "trend.daily.engagement",
    stddev_samp(empathy) / any_value(of_all.empathy_score) AS "trend.daily.empathy",
    stddev_samp(clarity) / any_value(of_all.clarity_score) AS "trend.daily.clarity",
    stddev_samp(satisfaction) / any_value(of_all.student_satisfaction) AS "trend.daily.satisfaction"
FROM (
    SELECT avg(engagement_score) AS engagement, avg(empathy_score) AS empathy, avg(clarity_score) AS clarity,
        avg(student_satisfaction) AS satisfaction
    FROM sessions WHERE session_completed GROUP BY session_datetime::DATE
), (
    SELECT avg(columns(['engagement_score', 'empathy_score', 'clarity_score', 'student_satisfaction']))
    FROM sessions WHERE session_completed
) AS of_all;
