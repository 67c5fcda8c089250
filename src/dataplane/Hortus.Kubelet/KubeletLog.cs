using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet;

internal static partial class KubeletLog
{
    [LoggerMessage(7000, LogLevel.Information, "kubelet of node {Node} works in {RootDirectory} since {Time}")]
    public static partial void Started(this ILogger logger, string node, string rootDirectory, DateTimeOffset time);

    [LoggerMessage(7001, LogLevel.Debug, "ended all containers of {RootDirectory}; {Mounts} mounts removed")]
    public static partial void RemainsRemoved(this ILogger logger, string rootDirectory, int mounts);

    [LoggerMessage(
        7002, LogLevel.Information,
            "adopted running container {Container} of pod {Namespace}/{Name}, process {Process}")]
    public static partial void Adopted(
        this ILogger logger, string @namespace, string name, string container, int process);

    [LoggerMessage(
        7003, LogLevel.Warning,
            "killed container {Container} of pod {Namespace}/{Name}: still running {Seconds} s after it was asked to end")]
    public static partial void Killed(
        this ILogger logger, string @namespace, string name, string container, double seconds);

    [LoggerMessage(
        7004, LogLevel.Information, "container {Container} of pod {Namespace}/{Name} ended with code {ExitCode}")]
    public static partial void Ended(
        this ILogger logger, string @namespace, string name, string container, int exitCode);

    [LoggerMessage(7005, LogLevel.Warning, "cannot write the log of container {Container} of pod {Namespace}/{Name}")]
    public static partial void LogFailed(
        this ILogger logger, Exception exception, string @namespace, string name, string container);

    [LoggerMessage(
        7006, LogLevel.Warning, "cannot write the status of pod {Namespace}/{Name}, will try again: {Reason}")]
    public static partial void StatusNotSent(this ILogger logger, string? @namespace, string? name, string reason);

    [LoggerMessage(7007, LogLevel.Error, "step of pod {Namespace}/{Name} failed, will try again")]
    public static partial void PodFailed(this ILogger logger, Exception exception, string? @namespace, string? name);

    [LoggerMessage(7008, LogLevel.Warning, "volumes of running pod {Namespace}/{Name} not refreshed: {Reason}")]
    public static partial void VolumesNotRefreshed(
        this ILogger logger, string? @namespace, string? name, string reason);

    [LoggerMessage(7009, LogLevel.Information, "pod {Namespace}/{Name} waits: {Reason}")]
    public static partial void PodWaits(this ILogger logger, string? @namespace, string? name, string reason);

    [LoggerMessage(7010, LogLevel.Warning, "restarting container {Container} of pod {Namespace}/{Name}: {Reason}")]
    public static partial void ContainerRestarts(
        this ILogger logger, string? @namespace, string? name, string container, string reason);

    [LoggerMessage(
        7011, LogLevel.Warning, "container {Container} of pod {Namespace}/{Name} could not be started: {Reason}")]
    public static partial void ContainerNotStarted(
        this ILogger logger, string? @namespace, string? name, string container, string? reason);

    [LoggerMessage(
        7012, LogLevel.Information,
            "removing container {Container} of pod {Namespace}/{Name}: the pod does not exist any more")]
    public static partial void OrphanRemoved(this ILogger logger, string @namespace, string name, string container);

    [LoggerMessage(7013, LogLevel.Warning, "static pod manifest {Path} refused: {Reason}")]
    public static partial void ManifestRefused(this ILogger logger, string path, string reason);

    [LoggerMessage(7014, LogLevel.Warning, "mirror pod of static pod {Namespace}/{Name} not made: {Reason}")]
    public static partial void MirrorNotMade(this ILogger logger, string? @namespace, string? name, string reason);

    [LoggerMessage(7015, LogLevel.Warning, "node {Node} not updated: {Reason}")]
    public static partial void NodeNotUpdated(this ILogger logger, string node, string reason);

    [LoggerMessage(
        7016, LogLevel.Information, "node {Node} asks for a certificate of signer {Signer} by request {Request}")]
    public static partial void CertificateRequested(this ILogger logger, string node, string signer, string request);

    [LoggerMessage(
        7017, LogLevel.Warning, "no certificate of signer {Signer} for node {Node}, will try again: {Reason}")]
    public static partial void CertificateNotIssued(this ILogger logger, string node, string signer, string reason);

    [LoggerMessage(7018, LogLevel.Information, "serving on {Address}")]
    public static partial void Serving(this ILogger logger, string address);

    [LoggerMessage(7019, LogLevel.Warning, "service rules not applied: {Reason}")]
    public static partial void RulesNotApplied(this ILogger logger, string reason);

    [LoggerMessage(7021, LogLevel.Warning, "pods could not be cleaned up: {Reason}")]
    public static partial void OrphansNotRemoved(this ILogger logger, string reason);
}
