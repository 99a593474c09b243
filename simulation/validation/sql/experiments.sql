-- What the rule about experiments looks at.

-- faulty_assignments: assignments with unknown variants, steps out of time, or values out of range
WITH judged AS (
    SELECT made.*, unnest([
        CASE WHEN CASE WHEN json_valid(variants) THEN json_contains(variants, to_json(variant)) END IS NOT TRUE
            THEN 'has an unknown variant' END,
        CASE WHEN exposed_at IS NOT NULL
            AND (seconds_between(assigned_at, exposed_at) BETWEEN exposure[1] AND exposure[2]) IS NOT TRUE
            THEN 'is exposed out of time' END,
        CASE WHEN converted_at IS NOT NULL
            AND (seconds_between(exposed_at, converted_at) BETWEEN conversion[1] AND conversion[2]) IS NOT TRUE
            THEN 'converts out of time' END,
        CASE WHEN converted_at IS NULL AND conversion_value IS NOT NULL OR converted_at IS NOT NULL
            AND (conversion_value BETWEEN bounds_of_value[1] AND bounds_of_value[2]) IS NOT TRUE
            THEN 'has a value out of range' END
    ]) AS fault
    FROM experiment_assignments AS made LEFT JOIN experiments USING (experiment_id)
    LEFT JOIN experiment_bounds USING (experiment_id)
)
SELECT position, fault, experiment_id, tutor_id, variant, assigned_at, exposed_at, converted_at, conversion_value
FROM judged WHERE fault IS NOT NULL;

-- counted: experiments, with who converted and who did not of the variants that anyone was exposed to
WITH counted AS (
    SELECT experiment_id, variant, count(*) AS assigned, count(converted_at) FILTER (WHERE exposed_at IS NOT NULL)
        AS converted, count(exposed_at) AS exposed
    FROM experiment_assignments GROUP BY experiment_id, variant
)
SELECT position, experiment_id, status, variants, sample_size, significance, winner,
    coalesce(sum(assigned), 0) AS assignments,
    coalesce(list([converted, exposed - converted] ORDER BY variant) FILTER (
        WHERE exposed > 0 AND CASE WHEN json_valid(variants) THEN json_contains(variants, to_json(variant)) END
    ), []) AS counts
FROM experiments LEFT JOIN counted USING (experiment_id) GROUP BY ALL ORDER BY position;
