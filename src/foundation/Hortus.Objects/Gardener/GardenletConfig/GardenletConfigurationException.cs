namespace Hortus.Objects.Gardener.GardenletConfig;

/// <summary>A text or tree is no valid configuration of a gardenlet; the message names every fault with its path.</summary>
public sealed class GardenletConfigurationException : FormatException
{
    /// <summary>Faults of fields.</summary>
    public GardenletConfigurationException(FieldErrors errors)
        : base(string.Join("; ", (errors ?? throw new ArgumentNullException(nameof(errors))).All)) => Errors = errors;

    /// <summary>The text cannot be read at all.</summary>
    public GardenletConfigurationException(string message, Exception inner)
        : base(message, inner) => Errors = new FieldErrors();

    /// <summary>The faults; empty when the text could not be read at all.</summary>
    public FieldErrors Errors { get; }
}
