namespace Hortus.Oci;

/// <summary>Media types of the documents and files in registries.</summary>
public static class MediaTypes
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>Config of an artifact that needs none: the document <c>{}</c>.</summary>
    public const string Empty = "application/vnd.oci.empty.v1+json";

    /// <summary>Config of a chart: its Chart.yaml as JSON.</summary>
    public const string HelmConfig = "application/vnd.cncf.helm.config.v1+json";

    /// <summary>The packed chart.</summary>
    public const string HelmChart = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

    /// <summary>The packed chart, as helm named it before version 3.7.</summary>
    public const string HelmChartOld = "application/tar+gzip";

    /// <summary>Signature beside a chart.</summary>
    public const string HelmProvenance = "application/vnd.cncf.helm.chart.provenance.v1.prov";

    /// <summary>A file of which nothing else is known.</summary>
    public const string Bytes = "application/octet-stream";

    /// <summary>What is asked for when a manifest is.</summary>
    internal static readonly string[] Manifests = [OciManifest, OciIndex, DockerManifest, DockerManifestList];

    internal static bool IsIndex(string mediaType) => mediaType is OciIndex or DockerManifestList;
}
