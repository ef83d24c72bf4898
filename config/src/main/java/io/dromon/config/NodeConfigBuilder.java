package io.dromon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Collects a configuration from an option file, a command line and code. What is set by a method counts more than what stands
 * in a file; of two settings the later counts. Nothing is checked before {@link #build}.
 */
public final class NodeConfigBuilder {
    /** The sections of a server that every version of mariadbd reads. */
    static final Set<String> SERVER_SECTIONS =
            Set.of("mysqld", "server", "mariadb", "mariadbd", "galera", "client-server");

    private static final String USE = "; use [mysqld], [galera] or [dromon]";
    private static final String OWN_SECTION = "dromon";
    private static final String SST_SECTION = "sst";
    private static final Map<Option<?>, String> ARBITRATOR = Map.of(
            GroupOptions.GCS_FC_LIMIT,
            "9999999",
            GroupOptions.GCS_FC_SINGLE_PRIMARY,
            "yes",
            GroupOptions.GCS_STATELESS,
            "yes");

    /** An option or, with an empty name, a whole provider-option string. */
    private record Setting(String name, String text, Source source) {
        boolean inFile() {
            return source.kind() == Source.Kind.FILE;
        }
    }

    private final List<Path> files = new ArrayList<>();
    private final List<Setting> settings = new ArrayList<>();
    private Source source = Source.CODE;
    private boolean arbitrator;

    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Map<Option<?>, Resolver.Given> given = new HashMap<>();
    /** What stands in sections that are not read, each with its place and the reason. */
    private final Map<Option<?>, ConfigProblem> passedOver = new HashMap<>();

    /** What another configuration was given; it counts less than all that is set here. */
    private final Map<Option<?>, Resolver.Given> before;

    NodeConfigBuilder() {
        this(new NodeConfig.Origin(Map.of(), false));
    }

    NodeConfigBuilder(NodeConfig.Origin origin) {
        before = origin.given();
        arbitrator = origin.arbitrator();
    }

    /** Reads an option file (sections of the server, {@code [dromon]} and {@code [sst]}). */
    public NodeConfigBuilder file(Path file) {
        files.add(file);
        return this;
    }

    /** What is set from here on comes from the command line; it is named so in messages. */
    public NodeConfigBuilder commandLine() {
        source = Source.COMMAND_LINE;
        return this;
    }

    /** Uses the defaults of an arbitrator: no state, and no share in flow control (chapter 04 section 13). */
    public NodeConfigBuilder arbitrator() {
        arbitrator = true;
        return this;
    }

    /** Name of the group. */
    public NodeConfigBuilder group(String group) {
        return option(ServerOptions.WSREP_CLUSTER_NAME, group);
    }

    /** Name of the node. */
    public NodeConfigBuilder name(String name) {
        return option(ServerOptions.WSREP_NODE_NAME, name);
    }

    /** Cluster address, {@code gcomm://...}. */
    public NodeConfigBuilder address(String address) {
        return option(ServerOptions.WSREP_CLUSTER_ADDRESS, address);
    }

    /** Makes a new group, whatever the address says. */
    public NodeConfigBuilder bootstrap(boolean bootstrap) {
        return option(ServerOptions.WSREP_NEW_CLUSTER, Boolean.toString(bootstrap));
    }

    /** Address to listen on; port 0 lets the system choose. */
    public NodeConfigBuilder listen(String address) {
        return option(Options.GMCAST_LISTEN_ADDR, address);
    }

    /** Directory of the node's state files. */
    public NodeConfigBuilder dataDir(Path directory) {
        return option(ServerOptions.WSREP_DATA_HOME_DIR, NameBytes.text(directory));
    }

    /** Sets one option of the registry. */
    public NodeConfigBuilder option(Option<?> option, String value) {
        return option(option.name(), value);
    }

    /** Sets one option by name. */
    public NodeConfigBuilder option(String name, String value) {
        settings.add(new Setting(name, value, source));
        return this;
    }

    /** Sets the options of a provider-option string, {@code name=value; name=value}. */
    public NodeConfigBuilder options(String text) {
        return option(ServerOptions.WSREP_PROVIDER_OPTIONS, text);
    }

    /**
     * Resolves and checks.
     *
     * @throws ConfigException with all problems
     */
    public NodeConfig build() {
        problems.clear();
        warnings.clear();
        given.clear();
        given.putAll(before);
        passedOver.clear();
        boolean unreadable = false;
        for (Path file : files) {
            List<Setting> read = readFile(file);
            unreadable |= read.isEmpty() && !problems.isEmpty();
            take(read);
        }
        take(settings);
        Option<?> address = ServerOptions.WSREP_CLUSTER_ADDRESS;
        if (before.isEmpty() || !Objects.equals(given.get(address), before.get(address))) {
            given.values().removeIf(text -> text.source().kind() == Source.Kind.ADDRESS_QUERY); // of the address before
            takeQuery(unreadable);
        }
        Resolver resolver = new Resolver(given, arbitrator ? ARBITRATOR : Map.of(), problems);
        resolver.resolve();
        TlsOptionRules.check(resolver, problems);
        IdentityRules.check(resolver, problems);
        AdminRules.check(resolver, problems);
        checkAddress(resolver);
        warnings.addAll(resolver.warnings);
        if (!problems.isEmpty()) {
            passedOver.forEach((option, there) -> problems.add(
                    new ConfigProblem(there.place(), option.name() + " is ignored, " + there.message() + USE)));
            throw new ConfigException(
                    problems,
                    unreadable ? null : new NodeConfig(resolver.usable(), resolver.sources, warnings, origin()));
        }
        return new NodeConfig(resolver.values, resolver.sources, warnings, origin());
    }

    private NodeConfig.Origin origin() {
        return new NodeConfig.Origin(Map.copyOf(given), arbitrator);
    }

    private List<Setting> readFile(Path file) {
        Map<String, Setting> lastByName = new HashMap<>();
        List<Setting> read = new ArrayList<>();
        for (CnfFile.Line line : CnfFile.read(file, problems)) {
            setting(line).ifPresent(setting -> {
                Setting earlier = lastByName.put(lookedUp(setting.name), setting);
                if (earlier != null) {
                    read.remove(earlier); // MariaDB's rule: the last line counts, also for a whole string
                }
                read.add(setting);
            });
        }
        return read;
    }

    private static String lookedUp(String name) {
        return Registry.find(name).map(Option::name).orElseGet(() -> name.replace('-', '_'));
    }

    private Optional<Setting> setting(CnfFile.Line line) {
        String section = line.section().toLowerCase(Locale.ROOT);
        boolean sst = section.equals(SST_SECTION);
        Named named = Named.of(line.name(), sst ? "sst." : "");
        Optional<Option<?>> option = Registry.find(named.name);
        boolean ours = named.plain.replace('-', '_').toLowerCase(Locale.ROOT).startsWith("wsrep_");
        if (sst) {
            if (option.isEmpty()) {
                warnings.add(line.place() + ": '" + named.plain + "' in [sst] is unknown and ignored");
                return Optional.empty();
            }
        } else if (SERVER_SECTIONS.contains(section)) {
            boolean known = option.isPresent() && option.get().scope() == Option.Scope.SERVER;
            if (!known && (named.loose || !ours)) {
                return Optional.empty(); // the database server's business
            }
        } else if (!section.equals(OWN_SECTION)) {
            if (ours
                    || (isOfAVersion(line)
                            && option.filter(ServerOptions.DATADIR::equals).isPresent())) {
                passOver(line, named.plain, option);
            }
            return Optional.empty();
        }
        Source place = new Source(Source.Kind.FILE, line.place());
        if (option.isPresent() && (!line.hasValue() || named.isSwitch())) {
            Optional<String> value = named.value(option.get(), line);
            if (value.isEmpty()) {
                problems.add(new ConfigProblem(
                        line.place(), "'" + named.plain + "' has no value; write " + named.plain + "=..."));
            }
            return value.map(text -> new Setting(named.name, text, place));
        }
        return Optional.of(new Setting(named.name, line.value(), place));
    }

    private void passOver(CnfFile.Line line, String name, Optional<Option<?>> option) {
        String why = "section [" + line.section() + "] is not read"
                + (isOfAVersion(line) ? ", since only the servers of that version do" : "");
        warnings.add(line.place() + ": '" + name + "' is ignored, " + why + USE);
        option.ifPresent(known -> passedOver.put(known, new ConfigProblem(line.place(), why)));
    }

    private static boolean isOfAVersion(CnfFile.Line line) {
        String section = line.section().toLowerCase(Locale.ROOT);
        return SERVER_SECTIONS.contains(section.replaceFirst("-[0-9.]+$", "")) && !SERVER_SECTIONS.contains(section);
    }

    /**
     * A name in an option file without what MariaDB allows before it.
     *
     * @param plain as it is to be shown
     * @param name as it is looked up
     * @param loose whether it may be unknown
     * @param turn {@code skip}, {@code disable} or {@code enable}, which a switch may have in front; else empty
     */
    private record Named(String plain, String name, boolean loose, String turn) {
        private static final Pattern LOOSE = Pattern.compile("(?i)loose[-_](.+)");
        private static final Pattern TURN = Pattern.compile("(?i)(skip|disable|enable)[-_](.+)");

        static Named of(String written, String prefix) {
            Matcher loose = LOOSE.matcher(written);
            String plain = loose.matches() ? loose.group(1) : written;
            Matcher turn = TURN.matcher(plain);
            if (turn.matches()
                    && Registry.find(prefix + turn.group(2))
                            .filter(Option::isSwitch)
                            .isPresent()) {
                return new Named(
                        turn.group(2),
                        prefix + turn.group(2),
                        loose.matches(),
                        turn.group(1).toLowerCase(Locale.ROOT));
            }
            return new Named(plain, prefix + plain, loose.matches(), "");
        }

        boolean isSwitch() {
            return !turn.isEmpty();
        }

        /** What the line says: skip and disable say no, whatever the value (as mariadbd 10.11 takes them). */
        Optional<String> value(Option<?> option, CnfFile.Line line) {
            if (turn.equals("skip") || turn.equals("disable")) {
                return Optional.of("OFF");
            }
            return line.hasValue() ? Optional.of(line.value()) : option.bare();
        }
    }

    private void take(List<Setting> from) {
        for (Setting setting : from) {
            Optional<Option<?>> option = Registry.find(setting.name);
            if (option.isEmpty()) {
                problems.add(new ConfigProblem(setting.source.place(), Registry.unknown(setting.name)));
            } else if (option.get().equals(ServerOptions.WSREP_PROVIDER_OPTIONS)) {
                takeProviderOptions(setting);
            } else {
                given.put(option.get(), new Resolver.Given(setting.text.strip(), setting.source, setting.inFile()));
            }
        }
    }

    private void takeProviderOptions(Setting setting) {
        Source inside = setting.source.within(Source.Kind.PROVIDER_OPTIONS, "provider options");
        List<String> unreadable = new ArrayList<>();
        List<ProviderOptions.Entry> entries = ProviderOptions.parse(setting.text, unreadable);
        for (String problem : unreadable) {
            problems.add(new ConfigProblem(inside.place(), problem));
        }
        for (ProviderOptions.Entry entry : entries) {
            Optional<Option<?>> option = Registry.find(entry.name(), Option.Scope.PROVIDER);
            if (option.isEmpty()) {
                problems.add(new ConfigProblem(inside.place(), Registry.unknown(entry.name())));
            } else {
                given.put(option.get(), new Resolver.Given(entry.value(), inside, setting.inFile()));
            }
        }
        given.put(
                ServerOptions.WSREP_PROVIDER_OPTIONS,
                new Resolver.Given(setting.text, setting.source, setting.inFile()));
    }

    /** The query part of the cluster address, where that can be read; whether it can is judged with all other options. */
    private void takeQuery(boolean unreadableFile) {
        Resolver.Given address = given.get(ServerOptions.WSREP_CLUSTER_ADDRESS);
        if (address == null && unreadableFile) {
            return; // it may well stand there
        }
        if (address == null) {
            problems.add(new ConfigProblem(
                    "wsrep_cluster_address",
                    "is not set" + standsElsewhere(ServerOptions.WSREP_CLUSTER_ADDRESS)
                            + "; for example gcomm://10.0.0.5,10.0.0.6, or gcomm:// for a new group"));
            return;
        }
        ClusterAddress read;
        try {
            read = ClusterAddress.parse(address.text());
        } catch (IllegalArgumentException e) {
            return;
        }
        Source inside = address.source().within(Source.Kind.ADDRESS_QUERY, "cluster address");
        read.notes().forEach(note -> warnings.add(address.source().place() + ": " + note));
        read.query().forEach((name, text) -> takeFromQuery(name, text, inside, address.inFile()));
    }

    private void takeFromQuery(String name, String text, Source inside, boolean inFile) {
        Optional<Option<?>> found = Registry.find(name, Option.Scope.PROVIDER);
        if (found.isEmpty()) {
            problems.add(new ConfigProblem(inside.place(), Registry.unknown(name)));
            return;
        }
        Option<?> option = found.get();
        if (option.inAddress()) {
            Resolver.Given other = given.put(option, new Resolver.Given(text, inside, inFile));
            if (other != null && !other.text().equals(text)) {
                warnings.add(inside.place() + ": " + name + "=" + text + " counts, not " + other.text() + " from "
                        + other.source().place());
            }
        } else if (name.startsWith("socket.ssl") || name.startsWith("tls.") || option.equals(Options.SOCKET_DYNAMIC)) {
            problems.add(
                    new ConfigProblem(
                            inside.place(),
                            name
                                    + " has no effect in the cluster address, links would be plain text; put it into the provider options"));
        } else {
            warnings.add(inside.place() + ": " + name
                    + " has no effect in the cluster address; put it into the provider options");
        }
    }

    /** Where the option stands, if it does so in a section that is not read. */
    private String standsElsewhere(Option<?> option) {
        ConfigProblem there = passedOver.remove(option);
        return there == null
                ? ""
                : " where it counts: it stands at " + there.place() + ", but " + there.message() + USE;
    }

    private void checkAddress(Resolver resolver) {
        resolver.optional(ServerOptions.WSREP_CLUSTER_ADDRESS).ifPresent(address -> {
            boolean anyIpv6 = address.hosts().stream()
                    .anyMatch(host -> host.isAny() && !host.host().equals("0.0.0.0"));
            if (anyIpv6) {
                warnings.add("cluster address: [::] is not dialled and makes no new group; write gcomm:// for one");
            }
        });
    }
}
