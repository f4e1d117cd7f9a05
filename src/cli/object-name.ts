/**
 * In:     names of inputs and outputs (target.ts, input.ts)
 * Out:    which of them are objects in a store that speaks S3, and which ones
 * Thread: any
 */

/** An object in a bucket. As the name of a place, the key is what the keys of objects there begin with, or nothing. */
export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

const OBJECT = /^s3:\/\/([^/]+)(?:\/(.*))?$/s;

/** The object that `s3://BUCKET/KEY` names; undefined for any other name. */
export function objectNamed(path: string): ObjectName | undefined {
  const [, bucket, key = ''] = OBJECT.exec(path) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

/** The name of an object. */
export function nameOf({ bucket, key }: ObjectName): string {
  return `s3://${bucket}/${key}`;
}
