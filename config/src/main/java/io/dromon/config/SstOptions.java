package io.dromon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Options of the {@code [sst]} section (chapter 06 section 12). The registry calls them {@code sst.} and the name that stands
 * in the file.
 */
public final class SstOptions {
    private static final List<Option<?>> HERE = new ArrayList<>();

    /** What {@code dromon sst} does as the option says; the effects are tested with the methods. */
    private static final Set<String> HONOURED = Set.of(
            "ssl-mode",
            "tca",
            "tcapath",
            "tcert",
            "tkey",
            "ssl-ca",
            "ssl-capath",
            "ssl-cert",
            "ssl-key",
            "ssl-server-ca",
            "ssl-server-capath",
            "ssl-server-cert",
            "ssl-server-key",
            "ssl-client-ca",
            "ssl-client-capath",
            "ssl-client-cert",
            "ssl-client-key",
            "encrypt",
            "donor-program",
            "joiner-program",
            "compressor",
            "decompressor",
            "progress",
            "rlimit",
            "sst-initial-timeout",
            "streams",
            "zstd-level",
            "idle-timeout",
            "total-timeout");

    private static final String TLS = "snapshots are always encrypted, by TLS";
    private static final String BACKUP = "mariadb-backup is not run here; give it to method script as a program";
    private static final String LOG = "what happens is said on standard error";

    /** What the others come to, now and later. */
    private static final Map<String, String> WITHOUT_EFFECT = Map.ofEntries(
            Map.entry("encrypt-algo", TLS),
            Map.entry("encrypt-format", TLS),
            Map.entry("encrypt-key", TLS),
            Map.entry("encrypt-key-file", TLS),
            Map.entry("encrypt-threads", TLS),
            Map.entry("encrypt-chunk-size", TLS),
            Map.entry("ssl-dhparams", "TLS 1.3 knows no such file"),
            Map.entry("sockopt", "there is no socat; --listen and --to say the addresses"),
            Map.entry(
                    "streamfmt", "method stream has a format of its own, with method script the programs have theirs"),
            Map.entry("transferfmt", "the channel is Dromon's own, never socat or nc"),
            Map.entry("compress", BACKUP),
            Map.entry("compress-threads", BACKUP),
            Map.entry("compress-chunk-size", BACKUP),
            Map.entry("inno-backup-opts", BACKUP),
            Map.entry("inno-apply-opts", BACKUP),
            Map.entry("inno-move-opts", BACKUP),
            Map.entry("use-memory", BACKUP),
            Map.entry("use-extra", BACKUP),
            Map.entry("time", "the time of each stage is always said"),
            Map.entry("cpat", "the target is replaced as a whole"),
            Map.entry("sst-special-dirs", "one directory is carried"),
            Map.entry("sst-syslog", LOG),
            Map.entry("sst-log-archive", LOG),
            Map.entry("sst-log-archive-dir", LOG),
            Map.entry("backup-threads", "streams is the number of connections"),
            Map.entry("sst-max-binlogs", "the whole source is carried"),
            Map.entry("tmpdir", "what is temporary lies beside the target"),
            Map.entry("wsrep-sst-auth", "a one-time token and certificates are what counts"));

    static {
        word(
                "ssl-mode",
                "Whether snapshots go through TLS and what is verified.",
                "DISABLED",
                "REQUIRED",
                "VERIFY_CA",
                "VERIFY_IDENTITY");
        text("tca", "", "File with trusted certificates, old style; counts before ssl-ca.");
        text("tcapath", "", "Directory with trusted certificates, old style; counts before ssl-capath.");
        text("tcert", "", "File with this node's certificate, old style; counts before ssl-cert.");
        text("tkey", "", "File with this node's key, old style; counts before ssl-key.");
        text("ssl-ca", "", "File with trusted certificates.");
        text("ssl-capath", "", "Directory with trusted certificates.");
        text("ssl-cert", "", "File with this node's certificate.");
        text("ssl-key", "", "File with this node's key.");
        text("ssl-server-ca", "", "ssl-ca of a joiner.");
        text("ssl-server-capath", "", "ssl-capath of a joiner.");
        text("ssl-server-cert", "", "ssl-cert of a joiner.");
        text("ssl-server-key", "", "ssl-key of a joiner.");
        text("ssl-client-ca", "", "ssl-ca of a donor.");
        text("ssl-client-capath", "", "ssl-capath of a donor.");
        text("ssl-client-cert", "", "ssl-cert of a donor.");
        text("ssl-client-key", "", "ssl-key of a donor.");
        number(
                "encrypt",
                "0",
                0,
                4,
                "How the snapshot of mariabackup is encrypted: 0 not, 1 with a key, 2 to 4 by TLS.");
        text("encrypt-algo", "", "Cipher of encrypt=1.");
        word("encrypt-format", "Program that does encrypt=1.", "openssl", "xbcrypt");
        secret("encrypt-key", "Key of encrypt=1.");
        text("encrypt-key-file", "", "File with the key of encrypt=1, if encrypt-key is not set.");
        text("encrypt-threads", "", "Threads of xbcrypt.");
        text("encrypt-chunk-size", "", "Size of xbcrypt's chunks.");
        text("ssl-dhparams", "", "File with Diffie-Hellman parameters for socat.");
        text("sockopt", "", "Options behind socat's address.");
        text("streamfmt", "mbstream", "Format of the stream: mbstream or xbstream, else tar.");
        text("transferfmt", "socat", "Program of the transfer: nc without TLS, else socat.");
        text(
                "donor-program",
                "",
                "Program of method script at the donor, and its arguments: writes the state in its directory to standard"
                        + " output.");
        text(
                "joiner-program",
                "",
                "Program of method script at the joiner, and its arguments: makes the state in its directory of standard"
                        + " input.");
        text("compressor", "", "Command of the shell that compresses the stream at the donor; method script.");
        text("decompressor", "", "Command of the shell that decompresses the stream at the joiner; method script.");
        text("compress", "none", "Compression inside mariadb-backup.");
        text("compress-threads", "", "Threads of mariadb-backup's compression.");
        text("compress-chunk-size", "", "Size of the chunks of mariadb-backup's compression.");
        text("progress", "", "Where progress is shown: 1 for standard error, a file or fifo, or none.");
        text("rlimit", "", "Limit of the donor's rate, as pv writes it.");
        number("time", "0", 0, 1, "Whether the time of each stage is logged.");
        number(
                "sst-initial-timeout",
                "300",
                0,
                Integer.MAX_VALUE,
                "Seconds that a joiner waits for the first byte; 0 without limit.");
        text("cpat", "", "Pattern of the files that a joiner keeps when it empties its data directory.");
        number("use-extra", "0", 0, 1, "Whether the donor connects through extra-port.");
        number("sst-special-dirs", "1", 0, 1, "Whether data and log directories may lie apart; 0 is not supported.");
        text("inno-backup-opts", "", "More options for the backup.");
        text("inno-apply-opts", "", "More options for preparing the backup.");
        text("inno-move-opts", "", "More options for moving the backup into place.");
        text("use-memory", "", "Memory for preparing the backup.");
        number("sst-syslog", "0", -1, 1, "Whether the log goes to syslog.");
        number("sst-log-archive", "1", 0, 1, "Whether old logs of mariadb-backup are kept.");
        text("sst-log-archive-dir", "", "Where old logs of mariadb-backup are kept.");
        text("backup-threads", "", "How many transfers run in parallel.");
        number(
                "sst-max-binlogs",
                "1",
                Integer.MIN_VALUE + 1,
                Integer.MAX_VALUE,
                "How many binary logs go along; negative for all.");
        text("tmpdir", "", "Directory for temporary files.");
        secret("wsrep-sst-auth", "Credentials, if they are not in the environment.");
        add(sst("streams", Types.INTEGER, "TLS connections of method stream; one for each core, 8 at most, if unset.")
                .min("1")
                .max("64"));
        text("zstd-level", "adaptive", "Compression at the donor: 0 for none, 1 to 19, or adaptive.");
        number("idle-timeout", "60", 1, 86_400, "Seconds without anything moving after which a transfer is given up.");
        number("total-timeout", "86400", 1, 31_536_000, "Seconds for a whole transfer.");
    }

    private SstOptions() {}

    static List<Option<?>> here() {
        return HERE;
    }

    private static <T> Option.Builder<T> sst(String name, OptionType<T> type, String doc) {
        Option.Builder<T> option =
                Option.of("sst." + name, type).scope(Option.Scope.SST).doc(doc);
        return HONOURED.contains(name)
                ? option.honoured(Support.Part.SST)
                : option.noEffect(WITHOUT_EFFECT.getOrDefault(name, ""));
    }

    private static void text(String name, String byDefault, String doc) {
        Option.Builder<String> option = sst(name, Types.STRING, doc);
        add(byDefault.isEmpty() ? option : option.byDefault(byDefault));
    }

    private static void secret(String name, String doc) {
        add(sst(name, Types.STRING, doc).secret());
    }

    private static void number(String name, String byDefault, int least, int most, String doc) {
        Option.Builder<Integer> option = sst(name, Types.INTEGER, doc).byDefault(byDefault);
        if (least > Integer.MIN_VALUE + 1) {
            option.min(Integer.toString(least));
        }
        add(most < Integer.MAX_VALUE ? option.max(Integer.toString(most)) : option);
    }

    private static void word(String name, String doc, String... words) {
        add(sst(name, Types.word(words), doc).byDefault(words[0]));
    }

    private static void add(Option.Builder<?> option) {
        Optional<Option<?>> unused = Optional.of(option.in(HERE));
    }
}
