package io.dromon.node.group;

/** Linux error numbers that are sent negated (chapter 04 section 1.4). */
public final class Errno {
    public static final int EIO = 5;
    public static final int EAGAIN = 11;
    public static final int ENOSYS = 38;
    public static final int ENODATA = 61;
    public static final int EILSEQ = 84;
    public static final int ENOTCONN = 107;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;
    public static final int ECANCELED = 125;

    private Errno() {}
}
