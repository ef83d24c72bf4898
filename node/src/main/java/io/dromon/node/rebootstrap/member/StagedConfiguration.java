package io.dromon.node.rebootstrap.member;

import io.dromon.config.NodeConfig;
import io.dromon.config.Registry;
import io.dromon.node.rebootstrap.ChangeableOptions;
import io.dromon.node.rebootstrap.SettledOptions;
import io.dromon.node.rebootstrap.core.Target;
import io.dromon.node.rebootstrap.wire.StagedFile;
import io.dromon.transport.recovery.DurableFile;
import io.dromon.transport.recovery.FileTrust;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a re-bootstrap has staged on a node, in {@code rebootstrap} of its data directory:
 *
 * <pre>
 *  staged.cnf         the options, those that an earlier procedure has settled included
 *  files-DIGEST/      the files that it names: they stay where they are when they are settled
 * </pre>
 *
 * Settled options are in {@link SettledOptions}. Directories have mode 0700, files 0600, and all are on the disk when a call
 * returns. One thread at a time.
 */
final class StagedConfiguration {
    /** Directory within the data directory. */
    static final String DIRECTORY = "rebootstrap";

    private static final String STAGED = "staged.cnf";
    private static final String CANDIDATE = "candidate.cnf";
    private static final String FILES = "files-";
    private static final int DIGEST_CHARACTERS = 16;
    /** What an option file gives back as it was written. */
    private static final Pattern PLAIN = Pattern.compile("[^\\p{Cntrl}#\"'\\\\]*");

    private NodeConfig original;
    private final Path directory;

    /** @param original the configuration of the node without what is staged */
    StagedConfiguration(NodeConfig original) {
        this.original = original;
        this.directory = original.dataDir().toAbsolutePath().resolve(DIRECTORY);
    }

    /** The configuration that nodes are started with. */
    NodeConfig config(Target target) throws IOException {
        if (target == Target.ORIGINAL) {
            return original;
        }
        Path staged = directory.resolve(STAGED);
        if (!Files.isRegularFile(staged, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(
                    staged.toString(),
                    null,
                    "it is missing: this node was to run with what a re-bootstrap has staged there; bring it back from a"
                            + " backup, or stage it again (dromon rebootstrap --resume)");
        }
        return original.over(staged);
    }

    /**
     * Keeps options and files, instead of what was staged before.
     *
     * @param files by the name of the option that is to have their path
     * @throws io.dromon.config.ConfigException with what is wrong with the options: nothing has changed then
     * @throws IllegalArgumentException likewise
     * @throws IOException if it is not on the disk
     */
    void stage(Map<String, String> options, Map<String, StagedFile> files) throws IOException {
        Map<String, String> all = new TreeMap<>(SettledOptions.read(original.dataDir()));
        ChangeableOptions.checked(options);
        all.putAll(options);
        checkFileOptions(files.keySet());
        Path kept = directory.resolve(FILES + digest(options, files));
        files.forEach(
                (option, file) -> all.put(option, kept.resolve(file.name()).toString()));
        byte[] text = text(all).getBytes(StandardCharsets.UTF_8);
        Path staged = directory.resolve(STAGED);
        if (Files.isRegularFile(staged) && MessageDigest.isEqual(Files.readAllBytes(staged), text)) {
            return;
        }
        boolean taken = false;
        try {
            write(kept, files, text);
            DurableFile.replace(staged, ByteBuffer.wrap(text));
            taken = true;
        } finally {
            if (!taken && Files.isDirectory(directory)) {
                removeUnused();
            }
        }
        removeOthers(kept);
    }

    private void write(Path kept, Map<String, StagedFile> files, byte[] text) throws IOException {
        makeDirectory(directory);
        makeDirectory(kept);
        for (StagedFile file : files.values()) {
            DurableFile.replace(kept.resolve(file.name()), ByteBuffer.wrap(file.content()));
        }
        Path candidate = directory.resolve(CANDIDATE);
        DurableFile.replace(candidate, ByteBuffer.wrap(text));
        try {
            checkIdentity(original.over(candidate));
        } finally {
            Files.deleteIfExists(candidate);
        }
    }

    /** Files of a stage that was refused; those of the one before stay. */
    private void removeUnused() throws IOException {
        Path staged = directory.resolve(STAGED);
        String used = Files.isRegularFile(staged) ? Files.readString(staged) : "";
        for (Path each : fileDirectories()) {
            if (!used.contains(each + "/")) {
                removeUnlessSettled(each);
            }
        }
    }

    private static void checkFileOptions(Set<String> names) {
        for (String name : names) {
            if (!ChangeableOptions.isFile(name)) {
                throw new IllegalArgumentException(name + " names no file; leave it out of the files of the plan");
            }
        }
        ChangeableOptions.checked(names.stream().collect(Collectors.toMap(name -> name, name -> "")));
    }

    /** A procedure changes how nodes talk, and not who they are. */
    private void checkIdentity(NodeConfig changed) {
        boolean same = changed.dataDir().equals(original.dataDir())
                && changed.name().equals(original.name())
                && changed.group().equals(original.group())
                && changed.bootstrap() == original.bootstrap();
        if (!same) {
            throw new IllegalArgumentException("the options change the data directory, the name of the node or of the"
                    + " cluster, or whether it makes a new cluster; leave these out of the plan");
        }
    }

    private static String text(Map<String, String> options) {
        StringBuilder text = new StringBuilder(SettledOptions.HEAD);
        options.forEach((name, value) -> {
            if (Registry.find(name).isEmpty()) {
                throw new IllegalArgumentException(Registry.unknown(name));
            }
            if (!PLAIN.matcher(value).matches() || !value.equals(value.strip())) {
                throw new IllegalArgumentException(name
                        + ": its value has quotes, '#', backslashes, or blanks at an end," + " which cannot be staged");
            }
            text.append(name).append(" = ").append(value).append('\n');
        });
        return text.toString();
    }

    /**
     * Makes one configuration that of the node, for every later start; it can be called again.
     *
     * @throws IOException if it is not on the disk
     */
    void settle(Target target) throws IOException {
        if (target == Target.CHANGED) {
            SettledOptions.replace(original.dataDir(), Files.readAllBytes(directory.resolve(STAGED)));
            original = SettledOptions.over(original);
        } else {
            forget();
        }
    }

    /** No procedure is open: what is staged is needed no more, unless it was settled. */
    void forget() throws IOException {
        if (Files.isDirectory(directory)) {
            Files.deleteIfExists(directory.resolve(STAGED));
            Files.deleteIfExists(directory.resolve(Peers.NAME));
            removeOthers(directory);
        }
    }

    private void removeOthers(Path kept) throws IOException {
        for (Path each : fileDirectories()) {
            if (!each.equals(kept)) {
                removeUnlessSettled(each);
            }
        }
    }

    private List<Path> fileDirectories() throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(each -> each.getFileName().toString().startsWith(FILES))
                    .toList();
        }
    }

    private void removeUnlessSettled(Path each) throws IOException {
        if (!String.join("\n", SettledOptions.read(original.dataDir()).values()).contains(each + "/")) {
            removeDirectory(each);
        }
    }

    private static void removeDirectory(Path each) throws IOException {
        try (Stream<Path> files = Files.list(each)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(each);
    }

    private static void makeDirectory(Path made) throws IOException {
        if (!Files.isDirectory(made, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(made, FileTrust.PRIVATE_DIRECTORY);
            DurableFile.syncDirectory(made);
        }
    }

    private static String digest(Map<String, String> options, Map<String, StagedFile> files) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(new TreeMap<>(options).toString().getBytes(StandardCharsets.UTF_8));
            new TreeMap<>(files)
                    .forEach((option, file) -> sha.update(
                            (option + "\n" + file.name() + "\n" + file.base64()).getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha.digest()).substring(0, DIGEST_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
