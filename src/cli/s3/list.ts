/**
 * In:     the name of an object, or what keys begin with
 * Out:    the objects there, to ../queue/gather.ts
 * Thread: main
 */
import type { ObjectName } from '../object-name.ts';
import { inStore } from './store.ts';

/** An object as the store lists it. */
export interface Listed extends ObjectName {
  readonly bytes: number;
  /** Another one once it has been replaced. */
  readonly tag: string;
}

/** Everything whose key is this one, or begins with it and a slash; in the order of their keys. */
export async function* listObjects(place: ObjectName): AsyncGenerator<Listed> {
  const { bucket, key } = place;
  const folder = key === '' || key.endsWith('/') ? key : `${key}/`;
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const page = await inStore(place, ({ sdk, client }) =>
      client.send(
        new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: key,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      ),
    );
    for (const { Key = '', Size = 0, ETag = '' } of page.Contents ?? [])
      if (Key === key || Key.startsWith(folder)) yield { bucket, key: Key, bytes: Size, tag: ETag };
    token = page.NextContinuationToken;
  }
}
