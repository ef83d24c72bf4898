/**
 * What a snapshot is made of: names, entries, the source tree, the staging folder, and the tar form of all that.
 *
 * <pre>
 *   SourceTree --entries--> ArchiveWriter ~~~ tar, zstd ~~~> ArchiveReader --entries--> Staging --commit--> target
 *                       \--> the method "stream" (chunks over several connections) --/
 * </pre>
 *
 * Names are bytes, as in the file system: no encoding of the JVM ({@code sun.jnu.encoding}) comes between. A reader
 * trusts nothing that it reads. Nothing becomes visible at the target before all of it has arrived and been counted.
 */
@NullMarked
package io.dromon.sst.archive;

import org.jspecify.annotations.NullMarked;
