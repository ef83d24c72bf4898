package io.dromon.node.state;

import io.dromon.node.group.Errno;

/** The codes with which a donor ends a transfer that it could not serve: negative numbers of errors. */
public final class DonorCode {
    /** It has served. */
    public static final long SERVED = 0;
    /** What is asked for is not in its cache any more: a snapshot would help. */
    public static final long NOT_CACHED = -Errno.ENODATA;
    /** It gives no state of this kind. */
    public static final long NOT_GIVEN = -Errno.ENOSYS;
    /** It failed, and another attempt may not. */
    public static final long FAILED = -Errno.EIO;

    /** The joiner holds under a number of the group's history what the group never had there. */
    public static final long OF_ANOTHER_BRANCH = -Errno.EILSEQ;

    private DonorCode() {}

    /** What a code of a failure says to the joiner, for people. */
    public static String meaning(long code) {
        if (code == NOT_CACHED) {
            return "its write-set cache does not reach back so far";
        } else if (code == NOT_GIVEN) {
            return "it gives no state in the way that this node asks for (wsrep_sst_method); its log says what to set";
        }
        return "its log says why";
    }

    /** Whether the same request would fail again. */
    public static boolean cannotServe(long code) {
        return code == NOT_CACHED || code == NOT_GIVEN;
    }
}
