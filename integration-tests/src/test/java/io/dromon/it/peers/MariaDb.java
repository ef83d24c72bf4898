package io.dromon.it.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real mariadbd with galera-4. All servers of a test start from copies of one {@link Template}, so a second one
 * needs an incremental transfer of a few write-sets and not a snapshot.
 */
public final class MariaDb extends MemberProcess {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Path PROVIDER = Path.of("/usr/lib/galera/libgalera_smm.so");
    private static final String LOG_FILE_SIZE = "--innodb-log-file-size=16M";

    private final Path data;

    private MariaDb(Builder how, List<String> command) {
        super(how, how.data, command, line -> false);
        this.data = how.data;
    }

    /** A data directory that was a cluster of one and was shut down in order. */
    public static final class Template {
        private final Path data;

        private Template(Path data) {
            this.data = data;
        }

        /** Makes the data directory below {@code directory} and runs {@code sql} in it. Once for a test class. */
        public static Template create(Path directory, String sql) {
            Path install = Peers.require("mariadb-install-db");
            Path data = directory.resolve("template");
            handOver(createDirectory(data));
            PeerProcess.run(
                    "mariadb-install-db",
                    directory,
                    List.of(
                            install.toString(),
                            "--no-defaults",
                            "--user=" + user(),
                            "--datadir=" + data,
                            "--auth-root-authentication-method=normal",
                            "--skip-test-db",
                            LOG_FILE_SIZE),
                    START_LIMIT);
            Template template = new Template(data);
            try (MariaDb server = new Builder(data).bootstrap().start()) {
                server.execute(sql);
                server.stop();
            }
            return template;
        }

        /** A server called {@code name} on a copy of this directory, made below {@code directory}. */
        public Builder server(Path directory, String name) {
            Path copy = directory.resolve(name);
            copy(data, copy);
            handOver(copy);
            return new Builder(copy).name(name);
        }

        private static void copy(Path from, Path to) {
            try (Stream<Path> files = Files.walk(from)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    String name = file.getFileName().toString();
                    if (!name.equals("galera.cache")) {
                        Files.copy(
                                file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** How a server is started. */
    public static final class Builder extends MemberProcess.Builder<Builder> {
        private final Path data;
        private final List<String> arguments = new ArrayList<>();
        private boolean bootstrap;
        private List<String> prefix = List.of();
        private Optional<Path> defaults = Optional.empty();

        private Builder(Path data) {
            super("mariadb");
            this.data = data;
        }

        @Override
        Builder self() {
            return this;
        }

        /** Starts a new cluster. */
        public Builder bootstrap() {
            this.bootstrap = true;
            return this;
        }

        @Override
        public Builder tls(@Nullable TlsFiles files) {
            return super.tls(null == files ? null : ownCopy(files, data.resolveSibling(data.getFileName() + "-tls")));
        }

        /** One more argument of the command line. */
        public Builder argument(String argument) {
            arguments.add(argument);
            return this;
        }

        /** A directory with an option file my.cnf, which its scripts read too. */
        public Builder options(Path directory) {
            handOver(directory);
            defaults = Optional.of(directory.resolve("my.cnf"));
            return this;
        }

        /**
         * A directory whose programs the server's scripts find before the system's. The server itself puts its own
         * {@code bin} in front of the PATH, so that the shell has to be told.
         */
        public Builder programs(Path directory) {
            try {
                Path shell = Files.writeString(directory.resolve("shell"), "PATH=" + directory + ":$PATH\n");
                prefix = List.of("env", "BASH_ENV=" + shell);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            handOver(directory);
            return this;
        }

        /** A copy of the template that has forgotten its position, so that it needs a snapshot to join. */
        public Builder withoutState() {
            try {
                Files.delete(data.resolve("grastate.dat"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        /** Starts it without waiting for anything. */
        public MariaDb launch() {
            Path program = Peers.require("mariadbd");
            Peers.requireFile(PROVIDER, "Debian's galera-4 brings it");
            String own = "gmcast.listen_addr=tcp://" + host + ":" + port + ";base_port=" + port + ";ist.recv_addr="
                    + host + ":" + Ports.free() + ";gcache.size=32M";
            List<String> command = new ArrayList<>(prefix);
            command.addAll(List.of(
                    program.toString(),
                    defaults.map(file -> "--defaults-file=" + file).orElse("--no-defaults"),
                    "--user=" + user(),
                    "--datadir=" + data,
                    "--socket=" + data.resolve("s"),
                    "--pid-file=" + data.resolve("pid"),
                    "--port=" + Ports.free(),
                    "--bind-address=" + host,
                    "--binlog-format=ROW",
                    "--default-storage-engine=InnoDB",
                    "--innodb-autoinc-lock-mode=2",
                    "--innodb-buffer-pool-size=64M",
                    "--innodb-flush-log-at-trx-commit=0",
                    LOG_FILE_SIZE,
                    "--max-allowed-packet=64M",
                    "--performance-schema=OFF",
                    "--wsrep-on=ON",
                    "--wsrep-provider=" + PROVIDER,
                    "--wsrep-node-name=" + name,
                    "--wsrep-cluster-name=" + group,
                    "--wsrep-node-address=" + host,
                    "--wsrep-sst-method=rsync",
                    "--wsrep-sst-receive-address=" + host + ":" + Ports.free(),
                    "--wsrep-cluster-address=gcomm://" + address,
                    "--wsrep-provider-options=" + options(List.of(own))));
            command.addAll(arguments);
            if (bootstrap) {
                command.add("--wsrep-new-cluster");
            }
            return new MariaDb(this, command);
        }

        /** Starts it and waits until it takes queries as a member of a primary component. */
        public MariaDb start() {
            MariaDb server = launch();
            server.process().awaitLog("Synchronized with group, ready for connections", START_LIMIT);
            server.process().awaitLog("ready for connections\\.$", START_LIMIT);
            return server;
        }
    }

    /** Root hands the server to the package's own user; the scripts of state transfer fail under root. */
    private static String user() {
        String user = System.getProperty("user.name");
        return user.equals("root") ? "mysql" : user;
    }

    /** Lets the server's user read the files below {@code path} and reach it. */
    private static void handOver(Path path) {
        try (Stream<Path> files = Files.walk(path)) {
            UserPrincipal owner =
                    path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user());
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.setOwner(file, owner);
            }
            Path end = Path.of(System.getProperty("java.io.tmpdir"));
            for (Path parent = path.getParent(); parent != null && !parent.equals(end); parent = parent.getParent()) {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(parent);
                if (permissions.add(PosixFilePermission.OTHERS_EXECUTE)) {
                    Files.setPosixFilePermissions(parent, permissions);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server's own copy of {@code files}, since a private key is readable for its owner only. */
    private static TlsFiles ownCopy(TlsFiles files, Path directory) {
        try {
            Files.createDirectories(directory);
            TlsFiles copy = new TlsFiles(
                    directory.resolve("key.pem"),
                    directory.resolve("cert.pem"),
                    files.authority().map(ca -> directory.resolve("ca.pem")));
            Files.copy(files.key(), copy.key(), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(files.certificate(), copy.certificate(), StandardCopyOption.REPLACE_EXISTING);
            if (files.authority().isPresent()) {
                Files.copy(
                        files.authority().get(), copy.authority().orElseThrow(), StandardCopyOption.REPLACE_EXISTING);
            }
            handOver(directory);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path createDirectory(Path path) {
        try {
            return Files.createDirectory(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String primaryPattern(int members) {
        return Garbd.primary(members);
    }

    /** Runs statements and returns the rows, columns separated by tabs. */
    public String execute(String sql) {
        return PeerProcess.run(
                "mariadb",
                data,
                List.of(
                        Peers.require("mariadb").toString(),
                        "--no-defaults",
                        "--user=root",
                        "--socket=" + data.resolve("s"),
                        "--max-allowed-packet=64M",
                        "--skip-column-names",
                        "--batch"),
                sql + "\n;",
                Duration.ofMinutes(2));
    }

    /** The value of a status variable, as wsrep_cluster_size. */
    public String status(String variable) {
        String row = execute("SHOW GLOBAL STATUS LIKE '" + variable + "'");
        return row.substring(row.indexOf('\t') + 1);
    }

    /** The value of a status variable that is a number. */
    public long statusNumber(String variable) {
        return Long.parseLong(status(variable));
    }

    /** Shuts it down in order. */
    public void stop() {
        process().terminate();
        process().awaitExit(Duration.ofSeconds(60));
    }
}
