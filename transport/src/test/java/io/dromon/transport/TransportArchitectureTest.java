package io.dromon.transport;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.link.Links;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The picture of the module's README, held. */
@ArchTag("unit")
@AnalyzeClasses(packages = "io.dromon.transport", importOptions = ImportOption.DoNotIncludeTests.class)
class TransportArchitectureTest {
    private static final DescribedPredicate<JavaClass> CORES = resideInAnyPackage(
                    "io.dromon.transport.mesh..", "io.dromon.transport.evs..", "io.dromon.transport.primary..")
            .or(belongToAnyOf(GroupStack.class, StackEffects.class))
            .as("cores");

    /** What does no more than the cores, though it is none. */
    private static final DescribedPredicate<JavaClass> CORES_AND_WIRE =
            CORES.or(resideInAPackage("io.dromon.transport.wire..")).as("cores or wire");

    private static final DescribedPredicate<JavaClass> NETTY = resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule CORES_DO_NO_INPUT_OR_OUTPUT = noClasses()
            .that(CORES_AND_WIRE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.net..", "javax.net..", "java.io..", "java.nio.file..", "java.nio.channels..", "org.slf4j..");

    @ArchTest
    static final ArchRule CORES_HAVE_NO_THREADS_AND_NO_LOCKS = noClasses()
            .that(CORES_AND_WIRE)
            .should()
            .dependOnClassesThat(resideInAPackage("java.util.concurrent..")
                    .and(not(belongToAnyOf(TimeUnit.class)))
                    .or(belongToAnyOf(Thread.class, ThreadLocal.class, Runtime.class))
                    .as("run or wait for threads"));

    @ArchTest
    static final ArchRule CORES_OWN_NO_CLOCK = noClasses()
            .that(CORES_AND_WIRE)
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    @ArchTest
    static final ArchRule CORES_OWN_NO_RANDOMNESS = noClasses()
            .that(CORES)
            .should()
            .dependOnClassesThat(belongToAnyOf(Random.class, SplittableRandom.class, ThreadLocalRandom.class)
                    .or(resideInAPackage("java.security.."))
                    .as("make random numbers"))
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(RandomGenerator.class, "getDefault");

    @ArchTest
    static final ArchRule WIRE_MAKES_NO_RANDOM_NUMBERS = noClasses()
            .that()
            .resideInAPackage("io.dromon.transport.wire..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Random.class)
            .orShould()
            .callMethod(UUID.class, "randomUUID");

    @ArchTest
    static final ArchRule CORES_KNOW_OF_NETTY_THE_BUFFER_ONLY = noClasses()
            .that(CORES)
            .should()
            .dependOnClassesThat(NETTY.and(not(belongToAnyOf(ByteBuf.class))).as("are Netty's but for ByteBuf"));

    @ArchTest
    static final ArchRule WIRE_KNOWS_OF_NETTY_THE_BUFFERS_ONLY = noClasses()
            .that()
            .resideInAPackage("io.dromon.transport.wire..")
            .should()
            .dependOnClassesThat(NETTY.and(not(belongToAnyOf(ByteBuf.class, Unpooled.class)))
                    .as("are Netty's but for ByteBuf and Unpooled"));

    @ArchTest
    static final ArchRule NETTY_IS_FOR_WIRE_TLS_LINK_AND_ENCODERS = classes()
            .that(resideInAPackage("io.dromon.transport..")
                    .and(not(CORES))
                    .and(not(resideInAnyPackage(
                            "io.dromon.transport.wire..", "io.dromon.transport.tls..", "io.dromon.transport.link..")))
                    .as("are neither cores nor wire, tls or link"))
            .should()
            .onlyDependOnClassesThat(not(NETTY).as("are not Netty's"));

    @ArchTest
    static final ArchRule BOUNCY_CASTLE_IS_FOR_PEM = noClasses()
            .that()
            .resideOutsideOfPackage("io.dromon.transport.tls.pem..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bouncycastle..");

    @ArchTest
    static final ArchRule WIRE_IS_AT_THE_BOTTOM = noClasses()
            .that()
            .resideInAPackage("io.dromon.transport.wire..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.dromon.transport..")
                    .and(not(resideInAPackage("io.dromon.transport.wire..")))
                    .as("are of another layer"));

    @ArchTest
    static final ArchRule TLS_STANDS_ON_WIRE = noClasses()
            .that()
            .resideInAPackage("io.dromon.transport.tls..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.dromon.transport..")
                    .and(not(resideInAnyPackage("io.dromon.transport.tls..", "io.dromon.transport.wire..")))
                    .as("are of a layer above tls"));

    @ArchTest
    static final ArchRule LINK_STANDS_ON_TLS_AND_WIRE = noClasses()
            .that()
            .resideInAPackage("io.dromon.transport.link..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.dromon.transport..")
                    .and(not(resideInAnyPackage(
                            "io.dromon.transport.link..", "io.dromon.transport.tls..", "io.dromon.transport.wire..")))
                    .as("are of a layer above link"));

    @ArchTest
    static final ArchRule CORES_KNOW_OF_LINKS_THE_INTERFACES_ONLY = noClasses()
            .that(CORES)
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.dromon.transport.link..", "io.dromon.transport.tls..")
                    .and(not(belongToAnyOf(Links.class, LinkEvents.class)))
                    .as("are of link or tls but for Links and LinkEvents"));

    @ArchTest
    static final ArchRule EVS_DOES_NOT_KNOW_WHAT_CARRIES_IT = noClasses()
            .that()
            .resideInAPackage("io.dromon.transport.evs..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.dromon.transport.mesh..", "io.dromon.transport.link..", "io.dromon.transport.primary..");

    @ArchTest
    static final ArchRule MESH_KNOWS_NO_LAYER_ABOVE = noClasses()
            .that()
            .resideInAPackage("io.dromon.transport.mesh..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.dromon.transport.evs..", "io.dromon.transport.primary..", "io.dromon.transport.recovery..");

    @ArchTest
    static final ArchRule PRIMARY_DOES_NOT_KNOW_THE_MESH = noClasses()
            .that()
            .resideInAPackage("io.dromon.transport.primary..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.dromon.transport.mesh..", "io.dromon.transport.link..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.dromon.transport.(**)").should().beFreeOfCycles();
}
