/** What the command line reads and writes in a store that speaks S3; loaded when a name begins with s3://. */
export { type Listed, listObjects } from './list.ts';
export { isThere, objectSource } from './object-source.ts';
export { StoreError } from './store.ts';
export { discardUploads, Upload } from './upload.ts';
