/**
 * The write-set cache (chapter 06, sections 5.2, 7.4 and 13): what incremental state transfers are read from. {@link
 * io.dromon.node.cache.WriteSetCache} is the way in; its page tells which thread may call what.
 *
 * <pre>
 *  append ──copy──▶ chunks in memory ──writer──▶ files of segments ──▶ the oldest are deleted, each as a whole
 *                         │                            │
 *                         └───────────▶ leases ◀───────┘
 * </pre>
 *
 * <h2>Files</h2>
 *
 * A segment is a file with a header (history, chain, first seqno) and consecutive records, each with a CRC32C. The files lie
 * in a directory of mode 0700, and are called {@code CHAIN-FIRST.segment}. The chain is a number that grows whenever the
 * cache begins anew: the same history can go on differently after a new bootstrap, so seqnos that fit are not enough to put
 * two segments together.
 *
 * <p>Nothing is synced while records are appended. {@link io.dromon.node.cache.WriteSetCache#upkeep} syncs full segments
 * and then writes a seal into their headers. Recovery believes a seal and reads only segments without one: after an orderly
 * end none, after a kill the last one, after a crash of the machine all that were filled since the last call. It keeps the
 * newest records that are whole and have no gap, and never those behind the position that the node's own state is at. What
 * was damaged later is found when a lease reads it: that segment and all before it are dropped.
 *
 * <h2>Why files are written, and neither mapped nor allocated before</h2>
 *
 * Appending costs the protocol thread about as much either way: 0.13 µs of CPU for 1 KiB through a mapping and 0.13 µs
 * here, 2 to 3 % of a core at 100,000 records a second. But a mapping is memory that the disk can take away. A full disk, an
 * I/O error or a file that somebody cut ends in SIGBUS, which kills the JVM where it is within an intrinsic such as the
 * checksum's. A page fault waits for a slow disk on the protocol thread. And a file that was deleted keeps its blocks until
 * the garbage collector takes its mapping (1 GiB did in the measurement), so that deleting makes no room on a full disk.
 * Files that are written need not be allocated before: a write that fails is an exception, and dropping old segments makes
 * room for the second attempt. Allocating 1 GiB by writing took 0.5 to 3.2 s.
 *
 * <h2>When the disk fails</h2>
 *
 * <table>
 * <caption>What becomes of the cache</caption>
 * <tr><td>a write fails (full, read-only, broken)</td><td>an eighth of the segments is dropped and the write repeated, until
 *     none is left; the capacity stays lower and grows by a segment for each that is written, once all was replaced</td></tr>
 * <tr><td>not even one segment can be written</td><td>empty; tries again every 10 s</td></tr>
 * <tr><td>more waits to be written than {@code memoryBytes}</td><td>empty; tries again after 10 s</td></tr>
 * <tr><td>a file cannot be deleted</td><td>it is emptied if possible; recovery never takes it for what comes later</td></tr>
 * </table>
 *
 * An alarm in {@link io.dromon.node.cache.CacheStatus} says what and what to do, until it is over. Seqnos are counted all
 * the while.
 *
 * <h2>Galera's options</h2>
 *
 * <table>
 * <caption>What {@link io.dromon.node.cache.CacheSettings#of} makes of them</caption>
 * <tr><td>{@code gcache.dir}</td><td>honoured: where the directory of the cache lies</td></tr>
 * <tr><td>{@code gcache.name}</td><td>honoured: the directory is {@code NAME.d}, since Galera's own {@code galera.cache} is
 *     a file, which cannot be read and is not touched</td></tr>
 * <tr><td>{@code gcache.size}</td><td>honoured: bytes on the disk, headers included. A sixteenth of it, 64 KiB to 64 MiB,
 *     is a segment; so up to a sixteenth is empty at times. With leases that lag, twice as much</td></tr>
 * <tr><td>{@code gcache.page_size}</td><td>honoured as an upper limit of the size of a segment; at run time</td></tr>
 * <tr><td>{@code gcache.keep_pages_size}</td><td>honoured: added to {@code gcache.size}, as there are no pages beside the
 *     segments; at run time</td></tr>
 * <tr><td>{@code gcache.mem_size}</td><td>honoured in its meaning of memory before the disk: how much may wait to be
 *     written. 0 stands for half the cache, an eighth of the heap at most; at run time</td></tr>
 * <tr><td>{@code gcache.recover}</td><td>honoured: {@code no} deletes what is there at start</td></tr>
 * <tr><td>{@code gcache.debug}, {@code gcache.keep_plaintext_size}</td><td>no effect, as before</td></tr>
 * </table>
 *
 * {@code gcache.size} and {@code gcache.keep_pages_size} both 0: no cache. A record larger than all of it empties it.
 */
@NullMarked
package io.dromon.node.cache;

import org.jspecify.annotations.NullMarked;
