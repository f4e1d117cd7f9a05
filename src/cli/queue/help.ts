/** What `denoise-node queue --help` prints. */
export const QUEUE_HELP = `Usage: denoise-node queue add SOURCE… -o TARGET [options]
       denoise-node queue work [--jobs NUMBER] [--until-empty]
       denoise-node queue status [--watch]
       denoise-node queue retry
       denoise-node queue clean --done | --failed | --waiting

Enhances archives on any number of machines. The queue is one of BullMQ in a Redis, and so needs two
packages beside this one (npm install bullmq ioredis), and a third for S3 (@aws-sdk/client-s3).

add     puts recordings into the queue, one job each. SOURCE is a file, a folder or s3://BUCKET/PREFIX,
        TARGET a folder or s3://BUCKET/PREFIX; all workers must see folders under the same path. What
        is in the queue already, unchanged and with the same settings, is not added again. Takes
        --model, --mix, --limit, --high-pass, --auto-gain, --target, --residual, --format and
        --overwrite as denoise-node does, and
      --attempts NUMBER   how often a recording is tried where a disk, store or network fails
                          (default: 5)
      --backoff SECONDS   wait before the second attempt, twice as long before each further one
                          (default: 5)
work    works on recordings until it is interrupted; what is under way then goes back to the others
      --jobs NUMBER       recordings at once, each in a thread of its own (default: 1)
      --until-empty       end when nothing is left to do
      --stalled SECONDS   give the recordings of a worker that shows no sign for so long to others
                          (default: 30; the same for all workers)
      --per-minute NUMBER most recordings that all workers together begin in a minute (default: no
                          limit; the same for all workers)
status  tells what is done, under way, waiting and failed, with reasons, how fast and how long still
      --watch             again and again
retry   puts failed recordings into the queue again
clean   forgets recordings; what is forgotten is done again when it is added again
      --done, --failed, --waiting

All of them take
      --redis URL         redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], or rediss:// (default:
                          the variable REDIS_URL, else redis://127.0.0.1:6379)
      --queue NAME        one of several queues (default: denoise-node)
      --json              print JSON (work: one line for each recording)
  -q, --quiet             print errors only

S3 is set up as for other tools: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, AWS_REGION,
and AWS_ENDPOINT_URL for another store than Amazon's.

Exit status: 0 done · 1 a source was refused, or a recording failed for good in this worker
             2 the command line is wrong
             4 Redis or the store cannot be reached or refuses, or a package is missing · 130 interrupted
`;
