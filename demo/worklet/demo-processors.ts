/** The demo's own worklets, in one module. [audio] */
import { LOUDNESS_PROCESSOR, RECORDER_PROCESSOR } from '../messages.ts';
import { LoudnessProcessor } from './loudness-processor.ts';
import { RecorderProcessor } from './recorder-processor.ts';

registerProcessor(LOUDNESS_PROCESSOR, LoudnessProcessor);
registerProcessor(RECORDER_PROCESSOR, RecorderProcessor);
