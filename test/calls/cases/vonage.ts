import OT from '@vonage/client-sdk-video';
import { driveVonage } from './vonage-publisher.ts';

export const report = (): ReturnType<typeof driveVonage> => driveVonage(OT);
