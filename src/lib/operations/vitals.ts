import type { Database } from "#lib/services/database.ts";

/** Core Web Vitals and their companions; CLS has no unit, the others are milliseconds. */
const METRICS = ["LCP", "INP", "CLS", "TTFB", "FCP"] as const;
export type Metric = (typeof METRICS)[number];

// Ten per cent wide: fine enough for a p75, few enough to count instead of to store.
const BUCKET_WIDTH = Math.log(1.1);

/** The bucket a measured value is counted in; CLS is taken in thousandths. */
export function bucketOf(metric: Metric, value: number): number {
  const scaled = metric === "CLS" ? value * 1000 : value;
  return Math.ceil(Math.log1p(scaled) / BUCKET_WIDTH);
}

/** The largest value that falls into a bucket. */
export function bucketLimit(metric: Metric, bucket: number): number {
  const scaled = Math.expm1(bucket * BUCKET_WIDTH);
  return metric === "CLS" ? scaled / 1000 : scaled;
}

/** Counts what one page view measured, in one statement. */
export async function countVitals(
  database: Database,
  view: { route: string; metrics: { [name in Metric]?: number | undefined }; now: Date },
): Promise<void> {
  const rows = METRICS.flatMap((metric) => {
    const value = view.metrics[metric];
    return value === undefined ? [] : [{ metric, bucket: bucketOf(metric, value) }];
  });
  await database.write`
    INSERT INTO web_vitals (hour, route, metric, bucket, count)
    SELECT date_trunc('hour', ${view.now.toISOString()}::timestamptz), ${view.route}, metric, bucket, 1
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS measured (metric text, bucket integer)
    ON CONFLICT (hour, route, metric, bucket) DO UPDATE
    SET count = web_vitals.count + 1`;
}
