package io.dromon.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The types of options (chapter 01 section 10, "Value syntax"). */
final class Types {
    static final OptionType<Boolean> BOOLEAN = new OptionType<>(
            "boolean",
            "a boolean (true/false, yes/no, y/n, on/off, 1/0)",
            "yes",
            Types::parseBoolean,
            value -> value ? "true" : "false");

    static final OptionType<Integer> INTEGER = new OptionType<>(
            "integer",
            "an integer",
            "10",
            text -> Math.toIntExact(parseLong(text, Integer.MAX_VALUE)),
            Object::toString);

    static final OptionType<Long> SIZE = new OptionType<>(
            "size",
            "a number of bytes (an integer with an optional suffix K, M, G or T)",
            "128M",
            text -> parseLong(text, Long.MAX_VALUE),
            Types::printSize);

    static final OptionType<OptionalLong> SIZE_OR_AUTO = new OptionType<>(
            "size or auto",
            "'auto' or a number of bytes (an integer with an optional suffix K, M, G or T)",
            "512K",
            Types::parseSizeOrAuto,
            value -> value.isPresent() ? printSize(value.getAsLong()) : "auto");

    static final OptionType<Double> DECIMAL =
            new OptionType<>("decimal", "a decimal number", "0.25", Types::parseDecimal, Types::printDecimal);

    static final OptionType<Duration> DURATION = new OptionType<>(
            "duration",
            "a duration (ISO 8601 like PT1.5S or P1DT6H, or seconds like 2.5)",
            "PT5S",
            Types::parseDuration,
            Duration::toString);

    static final OptionType<String> STRING =
            new OptionType<>("text", "a text", "text", text -> text, Function.identity());

    /** A provider-option string, whose entries have types of their own. */
    static final OptionType<String> PROVIDER_OPTIONS =
            new OptionType<String>("text", "a text", "text", text -> text, Function.identity()).withNames();

    static final OptionType<Path> PATH = new OptionType<Path>(
                    "path",
                    "a path",
                    "/etc/dromon/key.pem",
                    Types::parsePath,
                    NameBytes::text,
                    (value, directory) -> directory.resolve(value))
            .unsetIfEmpty()
            .withNames();

    static final OptionType<UUID> UUID_TEXT = new OptionType<UUID>(
                    "UUID",
                    "a UUID (8-4-4-4-12 hexadecimal digits)",
                    "a53ca8a2-07b2-11f1-9f5c-b2a0d05e2f0c",
                    Types::parseUuid,
                    UUID::toString)
            .unsetIfEmpty();

    static final OptionType<Integer> MASK = new OptionType<>(
            "mask",
            "a mask in hexadecimal digits",
            "0x1f",
            Types::parseMask,
            value -> "0x" + Integer.toHexString(value));

    static final OptionType<Address> ADDRESS = new OptionType<Address>(
                    "address",
                    "an address ([scheme://]host[:port], IPv6 in brackets)",
                    "tcp://10.0.0.5:4567",
                    Address::parse,
                    Address::toString)
            .unsetIfEmpty();

    static final OptionType<AdminAddress> ADMIN_ADDRESS = new OptionType<AdminAddress>(
                    "admin address",
                    "an address to listen on (HOST:PORT, HOST:PORT:https or HOST:PORT:http, IPv6 in brackets)",
                    "127.0.0.1:4580",
                    AdminAddress::parse,
                    AdminAddress::toString)
            .unsetIfEmpty();

    static final OptionType<ClusterAddress> CLUSTER_ADDRESS = new OptionType<>(
            "cluster address",
            "a cluster address (gcomm://host[:port],...[?name=value&...])",
            "gcomm://10.0.0.5,10.0.0.6",
            ClusterAddress::parse,
            ClusterAddress::toString);

    static final OptionType<List<String>> TEXTS = new OptionType<>(
            "texts",
            "texts separated by commas (a comma that belongs to one is written \\,; in wsrep_provider_options and -o, which"
                    + " take a backslash away, \\\\,)",
            "nodes,arbitrators",
            text -> Lists.parse(text, Function.identity()),
            Lists::print);

    static final OptionType<List<Path>> PATHS = new OptionType<List<Path>>(
                    "paths",
                    "paths separated by commas",
                    "/etc/dromon/a.pem,/etc/dromon/b.pem",
                    text -> Lists.parse(text, Types::parsePath),
                    value -> Lists.print(value.stream().map(NameBytes::text).toList()),
                    (value, directory) -> value.stream().map(directory::resolve).toList())
            .withNames();

    static final OptionType<List<String>> SANS = new OptionType<>(
            "names",
            "names separated by commas: DNS (*. at the left stands for one label), IP or URI (/* at the right stands for all"
                    + " below that path), with or without such a prefix",
            "*.db.example.org,IP:10.0.0.5,spiffe://example.org/db",
            text -> Lists.parse(text, Lists::alternativeName),
            Lists::print);

    static final OptionType<List<String>> FINGERPRINTS = new OptionType<>(
            "fingerprints",
            "SHA-256 fingerprints separated by commas, 64 hexadecimal digits each, with or without colons",
            "9f:86:d0:81:88:4c:7d:65:9a:2f:ea:a0:c5:5a:d0:15:a3:bf:4f:1b:2b:0b:82:2c:d1:5d:6c:15:b0:f0:0a:08",
            text -> Lists.parse(text, Lists::fingerprint),
            Lists::print);

    /** No duration is longer, so that sums of points in time and durations stay inside 64 bits of nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** What Galera 26.4.23 takes a year and a month for: it prints 366 days as P1Y6D and 31 as P1M1D. */
    private static final long DAYS_OF_YEAR = 360;

    private static final long DAYS_OF_MONTH = 30;

    private static final Pattern INTEGER_TEXT = Pattern.compile("([+-]?[0-9]{1,19})([kKmMgGtT]?)");
    private static final Pattern DECIMAL_TEXT = Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)");
    private static final Pattern SECONDS_TEXT = Pattern.compile("[0-9]{1,12}(\\.[0-9]{1,9})?|\\.[0-9]{1,9}");
    private static final Pattern ISO_TEXT = Pattern.compile("P(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})D)?"
            + "(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,12}(?:\\.[0-9]{1,9})?)S)?)?");
    private static final Pattern UUID_PATTERN =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Pattern MASK_TEXT = Pattern.compile("(0[xX])?([0-9a-fA-F]{1,7})");
    private static final Set<String> TRUE = Set.of("1", "y", "yes", "on", "true");
    private static final Set<String> FALSE = Set.of("0", "n", "no", "off", "false");

    private Types() {}

    /** One of the enum's constants, in any case, with dashes for underscores. */
    static <E extends Enum<E>> OptionType<E> oneOf(Class<E> constants) {
        Map<String, E> byName = new HashMap<>();
        for (E constant : constants.getEnumConstants()) {
            byName.put(printEnum(constant), constant);
        }
        String names = Arrays.stream(constants.getEnumConstants())
                .map(Types::printEnum)
                .collect(Collectors.joining(", "));
        return new OptionType<>(
                "one of",
                "one of " + names,
                printEnum(constants.getEnumConstants()[0]),
                text -> {
                    E constant = byName.get(text.toLowerCase(Locale.ROOT));
                    if (constant == null) {
                        throw new IllegalArgumentException("not one of " + names);
                    }
                    return constant;
                },
                Types::printEnum);
    }

    /** One of the words, in any case; the value is the word as it stands here. */
    static OptionType<String> word(String... words) {
        String names = String.join(", ", words);
        return new OptionType<>("one of", "one of " + names, words[0], text -> pick(text, words), Function.identity());
    }

    /** Words from the list, separated by commas or colons, each once, at least one. */
    static OptionType<List<String>> words(String... words) {
        return new OptionType<>(
                "list",
                "a list of " + String.join(", ", words) + " separated by commas",
                String.join(",", words),
                text -> {
                    Set<String> picked = new LinkedHashSet<>();
                    for (String part : text.split("[,:]", -1)) {
                        picked.add(pick(part.trim(), words));
                    }
                    return List.copyOf(picked);
                },
                value -> String.join(",", value));
    }

    private static String pick(String text, String... words) {
        for (String word : words) {
            if (word.equalsIgnoreCase(text)) {
                return word;
            }
        }
        throw new IllegalArgumentException("not one of " + String.join(", ", words));
    }

    private static String printEnum(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Boolean parseBoolean(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (TRUE.contains(lower)) {
            return Boolean.TRUE;
        }
        if (FALSE.contains(lower)) {
            return Boolean.FALSE;
        }
        throw new IllegalArgumentException("not a boolean");
    }

    private static long parseLong(String text, long most) {
        var matcher = INTEGER_TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not an integer");
        }
        int shift = switch (matcher.group(2)) {
            case "k", "K" -> 10;
            case "m", "M" -> 20;
            case "g", "G" -> 30;
            case "t", "T" -> 40;
            default -> 0;
        };
        try {
            long value = Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
            if (value <= most && value >= -most) {
                return value;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // said below: the number is too large, whichever step found it
        }
        throw new IllegalArgumentException("too large, at most " + most);
    }

    private static OptionalLong parseSizeOrAuto(String text) {
        if (text.equalsIgnoreCase("auto")) {
            return OptionalLong.empty();
        }
        long value = parseLong(text, Integer.MAX_VALUE);
        if (value < 0) {
            throw new IllegalArgumentException("negative");
        }
        return OptionalLong.of(value);
    }

    private static String printSize(long value) {
        for (int shift = 40, suffix = 0; shift > 0; shift -= 10, suffix++) {
            if (value != 0 && value % (1L << shift) == 0) {
                return (value >> shift) + String.valueOf("TGMK".charAt(suffix));
            }
        }
        return Long.toString(value);
    }

    private static Double parseDecimal(String text) {
        if (text.length() > 40 || !DECIMAL_TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException("not a decimal number");
        }
        return Double.valueOf(text);
    }

    private static String printDecimal(Double value) {
        return Double.toString(value);
    }

    private static Duration parseDuration(String text) {
        Duration value;
        if (SECONDS_TEXT.matcher(text).matches()) {
            value = seconds(text);
        } else {
            var matcher = ISO_TEXT.matcher(text);
            if (!matcher.matches() || text.endsWith("P") || text.endsWith("T")) {
                throw new IllegalArgumentException(text.startsWith("-") ? "negative" : "not a duration");
            }
            value = Duration.ofDays(DAYS_OF_YEAR * count(matcher.group(1))
                            + DAYS_OF_MONTH * count(matcher.group(2))
                            + count(matcher.group(3)))
                    .plusHours(count(matcher.group(4)))
                    .plusMinutes(count(matcher.group(5)))
                    .plus(matcher.group(6) == null ? Duration.ZERO : seconds(matcher.group(6)));
        }
        if (value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("longer than P36500D");
        }
        return value;
    }

    private static long count(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    private static Duration seconds(String text) {
        return Duration.parse("PT" + (text.startsWith(".") ? "0" : "") + text + "S");
    }

    private static Path parsePath(String text) {
        try {
            return NameBytes.path(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("not a path: " + e.getReason(), e);
        }
    }

    private static UUID parseUuid(String text) {
        if (!UUID_PATTERN.matcher(text).matches()) {
            throw new IllegalArgumentException("not a UUID");
        }
        return UUID.fromString(text);
    }

    private static Integer parseMask(String text) {
        var matcher = MASK_TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a mask");
        }
        return Integer.valueOf(matcher.group(2), 16);
    }
}
