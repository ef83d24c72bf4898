package io.dromon.it.scenario;

import io.dromon.node.engine.CoreStatus;
import io.dromon.node.group.GroupMember;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the commands of a script. Time is virtual, a frame takes 30 microseconds, nothing is random. A command takes
 * a tenth of a second; {@code run}, {@code until} and {@code cluster} take what they need, and those in {@link
 * #TAKE_NO_TIME} nothing, nor does a command in front of {@code until}.
 */
final class Scenario implements ScenarioNode.Voice {
    private static final long MS = 1_000_000L;
    private static final long SECOND = 1000 * MS;
    private static final long COMMAND_NS = SECOND / 10;
    private static final long STEP_NS = 10_000;
    private static final long LONGEST_WAIT_NS = 60 * SECOND;
    private static final int MOST_NODES = 9;
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Pattern NODE = Pattern.compile("n([1-9])");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(us|ms|s)");
    private static final Set<String> TAKE_NO_TIME =
            Set.of("cluster", "cut", "hold", "run", "status", "until", "unwatch", "watch");
    private static final Set<String> TOPICS = Set.of("evs", "links", "notices", "refusals");

    private interface Action {
        void run(List<String> words) throws Refusal;
    }

    /**
     * A command.
     *
     * @param usage what follows its name
     * @param least so many words at least
     * @param most so many words at most
     */
    private record Rule(String usage, int least, int most, Action action) {}

    /** A command that cannot be carried out. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        Refusal(String message) {
            super(message);
        }
    }

    private final String file;
    private final Map<String, Rule> rules = new TreeMap<>();
    private static final String KEY = "key=";

    private final ScenarioCluster cluster;
    private final Set<String> watched = new HashSet<>();
    private Transcript transcript = new Transcript();

    private Scenario(Script script) {
        this.file = script.file();
        this.cluster = new ScenarioCluster(size(script), this);
        rule("cluster", "NUMBER", 1, 1, this::cluster);
        rule("start", "NODE [" + Kind.WORDS + "]", 1, 7, this::start);
        rule("run", "DURATION", 1, 1, words -> letPass(duration(words.get(0))));
        rule("until", "NODE evs|primary|group STATE", 3, 3, this::until);
        rule("send", "NODE \"TEXT\" [COUNT | key=KEY...]", 2, 6, this::send);
        rule("cut", "NODE... | NODE..., with > in place of | for that direction only", 3, 20, this::cut);
        rule("heal", "", 0, 0, words -> cluster.heal());
        rule("kill", "NODE", 1, 1, words -> cluster.kill(running(words.get(0))));
        rule("unplug", "NODE", 1, 1, words -> cluster.unplug(running(words.get(0))));
        rule("forget", "NODE", 1, 1, this::forget);
        rule("stop", "NODE DURATION", 2, 2, this::stop);
        rule("leave", "NODE", 1, 1, this::leave);
        rule("weight", "NODE NUMBER", 2, 2, this::weight);
        rule("bootstrap", "NODE", 1, 1, words -> inTurn(words, ScenarioNode::bootstrap));
        rule("hold", "NODE", 1, 1, words -> inTurn(words, node -> node.hold(true)));
        rule("release", "NODE", 1, 1, words -> inTurn(words, node -> node.hold(false)));
        rule("fail", "NODE \"ERROR\"", 2, 2, words -> inTurn(words, node -> node.failNext(words.get(1))));
        rule("request", "NODE", 1, 1, words -> inTurn(words, ScenarioNode::requestState));
        rule("transferred", "NODE", 1, 1, words -> inTurn(words, node -> node.endStateTransfer(0)));
        rule("watch", String.join("|", TOPICS.stream().sorted().toList()), 1, 1, words -> watched.add(topic(words)));
        rule("unwatch", "TOPIC", 1, 1, words -> watched.remove(topic(words)));
        rule("status", "", 0, 0, words -> cluster.hosts().forEach(this::sayStatusOf));
    }

    private void rule(String name, String usage, int least, int most, Action action) {
        rules.put(name, new Rule(usage, least, most, action));
    }

    /** The greatest number of a node that the script starts. */
    private static int size(Script script) {
        int size = 1;
        for (Script.Block block : script.blocks()) {
            for (Script.Command command : block.commands()) {
                List<String> words = words(command.text());
                String last = words.size() > 1 ? words.get(1) : "";
                if (words.get(0).equals("start")) {
                    size = Math.max(size, index(last) + 1);
                } else if (words.get(0).equals("cluster") && last.matches("[1-" + MOST_NODES + "]")) {
                    size = Math.max(size, Integer.parseInt(last));
                }
            }
        }
        return size;
    }

    /**
     * Runs a script, and gives what was said in each of its blocks.
     *
     * @throws ScriptException if a command is unknown, or cannot be carried out
     */
    static List<List<String>> run(Script script) {
        Scenario scenario = new Scenario(script);
        List<List<String>> outputs = new ArrayList<>();
        for (Script.Block block : script.blocks()) {
            outputs.add(scenario.run(block.commands()));
        }
        return outputs;
    }

    private List<String> run(List<Script.Command> commands) {
        transcript = new Transcript();
        long fromNs = cluster.clock().nowNs();
        boolean timed = false;
        for (int i = 0; i < commands.size(); i++) {
            run(commands.get(i));
            String name = name(commands.get(i));
            boolean waits = i + 1 < commands.size() && name(commands.get(i + 1)).equals("until");
            if (!waits && !TAKE_NO_TIME.contains(name)) {
                letPass(COMMAND_NS);
            }
            timed |= name.equals("run");
        }
        return transcript.lines(fromNs, timed);
    }

    private static String name(Script.Command command) {
        return words(command.text()).get(0);
    }

    private void run(Script.Command command) {
        List<String> words = words(command.text());
        String name = words.get(0);
        Rule rule = rules.get(name);
        if (rule == null) {
            String allowed = String.join(", ", rules.keySet());
            throw new ScriptException(file, command.line(), "unknown command '" + name + "', allowed are " + allowed);
        }
        List<String> arguments = words.subList(1, words.size());
        String usage = "usage: " + name + " " + rule.usage();
        if (arguments.size() < rule.least() || arguments.size() > rule.most()) {
            throw new ScriptException(file, command.line(), usage);
        }
        try {
            rule.action().run(arguments);
        } catch (Refusal e) {
            throw new ScriptException(file, command.line(), e.getMessage() + "; " + usage);
        }
    }

    private void letPass(long durationNs) {
        cluster.clock().runUntil(cluster.clock().nowNs() + durationNs);
    }

    // ---- commands

    /** Nodes that join one after the other; nothing is told until all are in. */
    private void cluster(List<String> words) throws Refusal {
        List<Host> members = cluster.hosts().subList(0, Math.min(number(words.get(0)), MOST_NODES));
        for (Host host : members) {
            start(host.index == 0 ? List.of(host.name, "bootstrap") : List.of(host.name));
            letPass(SECOND);
        }
        transcript = new Transcript();
        members.forEach(this::sayStatusOf);
    }

    private void start(List<String> words) throws Refusal {
        Host host = host(words.get(0));
        if (host.node != null) {
            throw new Refusal(host.name + " runs already");
        }
        Kind kind = Kind.MEMBER;
        for (String word : words.subList(1, words.size())) {
            try {
                kind = kind.with(word);
            } catch (IllegalArgumentException e) {
                throw new Refusal("a node cannot be '" + word + "'");
            }
        }
        cluster.start(host, kind);
    }

    private void until(List<String> words) throws Refusal {
        ScenarioNode node = node(words.get(0));
        String state = words.get(2);
        BooleanSupplier reached = switch (words.get(1)) {
            case "evs" -> () -> node.status().evs().name().equals(state);
            case "primary" -> () -> node.status().primary().name().equals(state);
            case "group" -> () -> node.status().group().state().name().equals(state);
            default -> throw new Refusal("'" + words.get(1) + "' is no layer");
        };
        long deadlineNs = cluster.clock().nowNs() + LONGEST_WAIT_NS;
        while (!reached.getAsBoolean()) {
            if (cluster.clock().nowNs() > deadlineNs) {
                throw new Refusal(words.get(0) + " was not in state " + state + " within 60 s");
            }
            letPass(STEP_NS);
        }
    }

    private void send(List<String> words) throws Refusal {
        List<String> rest = words.subList(2, words.size());
        List<String> keys = rest.stream()
                .filter(word -> word.startsWith(KEY))
                .map(word -> word.substring(KEY.length()))
                .toList();
        if (keys.size() < rest.size() && rest.size() > 1) {
            throw new Refusal("neither a count nor keys");
        }
        int count = rest.size() == 1 && keys.isEmpty() ? number(rest.get(0)) : 1;
        inTurn(words, node -> {
            for (int i = 0; i < count; i++) {
                node.replicate(words.get(1), keys);
            }
        });
    }

    private void cut(List<String> words) throws Refusal {
        boolean both = words.contains("|");
        int sign = words.indexOf(both ? "|" : ">");
        if (sign < 1 || sign == words.size() - 1) {
            throw new Refusal("no | or > with nodes on both sides");
        }
        for (String from : words.subList(0, sign)) {
            for (String to : words.subList(sign + 1, words.size())) {
                cluster.cut(host(from), host(to));
                if (both) {
                    cluster.cut(host(to), host(from));
                }
            }
        }
    }

    private void forget(List<String> words) throws Refusal {
        Host host = host(words.get(0));
        if (host.node != null) {
            throw new Refusal(host.name + " runs");
        }
        host.disk = new Disk();
    }

    private void stop(List<String> words) throws Refusal {
        cluster.machine(running(words.get(0))).stopFor(duration(words.get(1)));
    }

    private void leave(List<String> words) throws Refusal {
        cluster.machine(running(words.get(0))).post((process, now) -> process.leave(now));
    }

    private void weight(List<String> words) throws Refusal {
        int weight = number(words.get(1));
        if (weight > 255) {
            throw new Refusal("a weight is 0 to 255");
        }
        inTurn(words, node -> node.changeWeight(weight));
    }

    private void inTurn(List<String> words, Consumer<ScenarioNode> action) throws Refusal {
        ScenarioNode node = node(words.get(0));
        cluster.machine(host(words.get(0))).post((process, now) -> action.accept(node));
    }

    private void sayStatusOf(Host host) {
        ScenarioNode node = host.node;
        if (node == null) {
            say(host.name, "does not run");
            return;
        }
        CoreStatus status = node.status();
        String members = cluster.names()
                .of(status.group().members().stream().map(GroupMember::uuid).toList());
        String weight = status.weight() > 0 ? "weight of the component " + status.weight() : "no primary component";
        say(
                host.name,
                status.group().ownStatus() + ", seqno " + status.group().seqno() + ", members " + members + ", "
                        + weight);
    }

    // ---- what the nodes say

    @Override
    public void say(String node, String text) {
        transcript.say(cluster.clock().nowNs(), node, text);
    }

    @Override
    public void sayWriteSet(String node, long seqno, String origin, String text) {
        transcript.sayWriteSet(cluster.clock().nowNs(), node, seqno, origin, text);
    }

    @Override
    public void sayStatus(String node, String member, String status) {
        transcript.sayStatus(cluster.clock().nowNs(), node, member, status);
    }

    @Override
    public boolean isWatched(String topic) {
        return watched.contains(topic);
    }

    // ---- words

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return words;
    }

    private static int index(String name) {
        Matcher matcher = NODE.matcher(name);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) - 1 : -1;
    }

    private Host host(String name) throws Refusal {
        int index = index(name);
        if (index < 0 || index >= cluster.hosts().size()) {
            List<String> all = cluster.hosts().stream().map(host -> host.name).toList();
            throw new Refusal("there is no node '" + name + "', the script starts " + String.join(" ", all));
        }
        return cluster.hosts().get(index);
    }

    private Host running(String name) throws Refusal {
        Host host = host(name);
        if (host.node == null) {
            List<String> running = cluster.hosts().stream()
                    .filter(other -> other.node != null)
                    .map(other -> other.name)
                    .toList();
            throw new Refusal(name + " does not run, these do: " + String.join(" ", running));
        }
        return host;
    }

    private ScenarioNode node(String name) throws Refusal {
        @Nullable ScenarioNode node = running(name).node;
        if (node == null) {
            throw new Refusal(name + " does not run");
        }
        return node;
    }

    private static String topic(List<String> words) throws Refusal {
        String topic = words.get(0);
        if (!TOPICS.contains(topic)) {
            throw new Refusal("nothing is told of '" + topic + "'");
        }
        return topic;
    }

    private static int number(String word) throws Refusal {
        if (!word.matches("\\d{1,6}")) {
            throw new Refusal("'" + word + "' is no number");
        }
        return Integer.parseInt(word);
    }

    private static long duration(String word) throws Refusal {
        Matcher matcher = DURATION.matcher(word);
        if (!matcher.matches()) {
            throw new Refusal("'" + word + "' is no duration as 200us, 50ms or 5s");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> number * SECOND;
            case "ms" -> number * MS;
            default -> number * 1000;
        };
    }
}
