namespace Hortus.Kubelet.Pods;

/// <summary>A pod or container cannot start yet; the kubelet tries again.</summary>
/// <param name="reason">Waiting reason as kubectl shows it.</param>
/// <param name="message">What is missing and where.</param>
public sealed class PodWaitException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public const string Creating = "ContainerCreating";
    public const string ConfigError = "CreateContainerConfigError";
    public const string ImageNeverPull = "ErrImageNeverPull";

    public string Reason { get; } = reason;
}
