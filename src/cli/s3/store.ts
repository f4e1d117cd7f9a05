/**
 * In:     the settings that every tool for AWS knows: variables, profiles, roles
 * Out:    a client of the store, to the other files here; its errors as sentences
 * Thread: any of Node's; one client for each
 */
import type * as Sdk from '@aws-sdk/client-s3';
import { nameOf, type ObjectName } from '../object-name.ts';
import { optionalPackage } from '../optional-package.ts';

/** The package that speaks S3, and a client that has found its settings. */
export interface Store {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
}

/** A server that says nothing for so long has gone. */
const SILENCE_MS = 60_000;
const CONNECT_MS = 10_000;
let known: Store | undefined;

/** The client of this thread. Throws MissingPackage. */
export function store(): Store {
  known ??= opened();
  return known;
}

function opened(): Store {
  const sdk = optionalPackage('@aws-sdk/client-s3', 'S3 is read and written', '@aws-sdk/client-s3') as typeof Sdk;
  // Other stores than Amazon's: few have a name in DNS for each bucket, and most ignore the region.
  const isOther = endpoint() !== undefined;
  const hasRegion = process.env.AWS_REGION !== undefined || process.env.AWS_DEFAULT_REGION !== undefined;
  const client = new sdk.S3Client({
    forcePathStyle: isOther,
    ...(isOther && !hasRegion ? { region: 'us-east-1' } : {}),
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: SILENCE_MS, socketTimeout: SILENCE_MS },
  });
  return { sdk, client };
}

function endpoint(): string | undefined {
  return process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
}

/** What a store refused, or could not do, in a sentence that says what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly code: string,
    message: string,
    readonly status: number | undefined,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** Does something with an object, or with all whose keys begin so. Rejects with a {@link StoreError}. */
export async function inStore<T>(object: ObjectName, action: (store: Store) => Promise<T>): Promise<T> {
  const opened = store();
  try {
    return await action(opened);
  } catch (error) {
    throw storeError(object, error);
  }
}

/** @param error what the SDK rejected with */
function storeError(object: ObjectName, error: unknown): StoreError {
  const { name, message, code, $metadata } = error as Partial<Sdk.S3ServiceException> & { readonly code?: string };
  const status = $metadata?.httpStatusCode;
  const kind = code ?? KINDS.get(`${status} ${name}`) ?? (name === 'Unknown' ? `status ${status}` : name) ?? 'Error';
  const sentence = ADVICE.find(([kinds]) => kinds.test(kind))?.[1](object) ?? withoutAdvice(message || kind, status);
  return new StoreError(kind, `${nameOf(object)}: ${sentence} (${kind})`, status, error);
}

function withoutAdvice(message: string, status = 0): string {
  return status >= 500 ? `the store failed (${message}): try again later` : `the store answers: ${message}`;
}

/** Answers without a body, which say no more than their status. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['404 NotFound', 'NoSuchKey'],
  ['403 403', 'AccessDenied'],
  ['403 Forbidden', 'AccessDenied'],
  ['403 Unknown', 'AccessDenied'],
  ['403 UnknownError', 'AccessDenied'],
  ['412 412', 'PreconditionFailed'],
]);

const ADVICE: readonly (readonly [RegExp, (object: ObjectName) => string])[] = [
  [/^NoSuchBucket$/, ({ bucket }) => `there is no bucket "${bucket}": check its name, AWS_REGION and AWS_ENDPOINT_URL`],
  [/^NoSuchKey$/, () => 'there is no such object any more'],
  [
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|CredentialsProviderError)$/,
    () => 'the store does not take the credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
  ],
  [/^AccessDenied$/, () => 'access is denied: these credentials need to list, read and write there'],
  [/^PreconditionFailed$/, () => 'it changed meanwhile'],
  [
    /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT|TimeoutError)$/,
    () => `the store${endpoint() ? ` at ${endpoint()}` : ''} cannot be reached: check AWS_ENDPOINT_URL and the network`,
  ],
];
