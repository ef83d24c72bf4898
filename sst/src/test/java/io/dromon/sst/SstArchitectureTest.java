package io.dromon.sst;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** The packages of this module and their order, as the page of {@code io.dromon.sst} draws it. */
@ArchTag("unit")
@AnalyzeClasses(packages = "io.dromon.sst", importOptions = ImportOption.DoNotIncludeTests.class)
class SstArchitectureTest {
    private static final String ROOT = "io.dromon.sst";

    /** A slice a package; the face is one too. */
    private static final class Packages implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return javaClass.getPackageName().startsWith(ROOT)
                    ? SliceIdentifier.of(javaClass.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages of " + ROOT;
        }
    }

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().assignedFrom(new Packages()).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule methodsStandOnTheChannelAndTheChannelOnTheFace = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("archive")
            .definedBy(ROOT + ".archive")
            .layer("tunnel")
            .definedBy(ROOT + ".tunnel")
            .layer("face")
            .definedBy(ROOT)
            .layer("channel")
            .definedBy(ROOT + ".channel")
            .layer("program")
            .definedBy(ROOT + ".program")
            .layer("stream")
            .definedBy(ROOT + ".stream")
            .layer("rsync")
            .definedBy(ROOT + ".rsync")
            .layer("script")
            .definedBy(ROOT + ".script")
            .whereLayer("archive")
            .mayNotAccessAnyLayer()
            .whereLayer("tunnel")
            .mayNotAccessAnyLayer()
            .whereLayer("face")
            .mayOnlyAccessLayers("archive", "tunnel")
            .whereLayer("channel")
            .mayOnlyAccessLayers("face", "archive", "tunnel")
            .whereLayer("program")
            .mayOnlyAccessLayers("channel", "face")
            .whereLayer("stream")
            .mayOnlyAccessLayers("channel", "face", "archive", "tunnel")
            .whereLayer("rsync")
            .mayOnlyAccessLayers("channel", "program", "face", "archive", "tunnel")
            .whereLayer("script")
            .mayOnlyAccessLayers("stream", "channel", "program", "face", "archive");
}
