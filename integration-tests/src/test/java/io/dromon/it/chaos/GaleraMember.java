package io.dromon.it.chaos;

import io.dromon.it.peers.Garbd;
import io.dromon.it.peers.MariaDb;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A program of Galera's own: a garbd or a mariadbd. */
public final class GaleraMember extends ChaosMember {
    private static final Pattern COMPONENT = Pattern.compile("New COMPONENT: primary = (yes|no),.*memb_num = (\\d+)");
    private static final Pattern SHIFT = Pattern.compile("(?:Shifting|Restored state) \\w+ -> (\\w+)");
    /**
     * A garbd does not count what a returning node orders (chapter 04, pitfall 6), asks for a transfer of state at the
     * next view, and ends if one more view comes meanwhile: it is started again, as a supervisor would.
     */
    private static final Pattern GARBD_GIVES_UP = Pattern.compile("State transfer request failed");

    private static MariaDb.@Nullable Template database;

    private final boolean arbitrator;
    private final TlsFiles files;
    private volatile boolean gaveUp;

    private GaleraMember(int host, String name, Place place, TlsFiles files, boolean arbitrator) {
        super(host, name, place);
        this.files = files;
        this.arbitrator = arbitrator;
    }

    public static GaleraMember garbd(int host, Place place, TlsFiles files) {
        return new GaleraMember(host, "garb", place, files, true);
    }

    public static GaleraMember mariadbd(int host, Place place, TlsFiles files) {
        return new GaleraMember(host, nameOf(host), place, files, false);
    }

    @Override
    boolean isArbitrator() {
        return arbitrator;
    }

    @Override
    PeerProcess launch(String[] peers, PeerProcess.Reader reader) {
        Hosts hosts = place().hosts();
        if (arbitrator) {
            return Garbd.in(createdData())
                    .at(hosts.address(host()), hosts.command(host()))
                    .port(hosts.port(host()))
                    .tls(files)
                    .peers(peers)
                    .reader(reader)
                    .start()
                    .process();
        }
        Path directory = place().directory();
        MariaDb.Builder server = database(directory)
                .server(directory, name())
                .at(hosts.address(host()), hosts.command(host()))
                .port(hosts.port(host()))
                .tls(files)
                .peers(peers)
                .reader(reader);
        return (peers.length == 0 ? server.bootstrap() : server).launch().process();
    }

    /** The databases of a run are copies of one. */
    private static synchronized MariaDb.Template database(Path directory) {
        MariaDb.Template made = database;
        if (made == null) {
            made = MariaDb.Template.create(directory, "CREATE DATABASE d;");
            database = made;
        }
        return made;
    }

    private Path createdData() {
        try {
            return Files.createDirectories(data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void read(String line) {
        // Two threads of it may write into one line.
        for (Matcher component = COMPONENT.matcher(line); component.find(); ) {
            inComponentOf(component.group(1).equals("yes") ? Integer.parseInt(component.group(2)) : 0);
        }
        for (Matcher shift = SHIFT.matcher(line); shift.find(); ) {
            isNow(shift.group(1));
        }
        gaveUp |= arbitrator && GARBD_GIVES_UP.matcher(line).find();
    }

    @Override
    boolean isFault(String line) {
        return arbitrator && !GARBD_GIVES_UP.matcher(line).find() && super.isFault(line);
    }

    @Override
    boolean isStartedAgain() {
        boolean again = gaveUp;
        gaveUp = false;
        return again;
    }
}
